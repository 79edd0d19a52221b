package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Log writes to the target in agent.log; by default nothing, as the real agent without a terminal.
// The reason of a failed start is always on stderr: see explain.
type Log struct {
	mu    sync.Mutex
	out   io.Writer
	level int
	json  bool
}

var levels = map[string]int{"debug": 0, "dbug": 0, "info": 1, "warn": 2, "error": 3, "eror": 3, "crit": 4}

func openLog(c AgentConfig) (*Log, error) {
	l := &Log{level: levels[c.LogLevel], json: c.LogFormat == "json"}
	switch c.Log {
	case "", "false":
	case "stdout":
		l.out = os.Stdout
	case "stderr":
		l.out = os.Stderr
	default:
		file, err := os.OpenFile(c.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, fmt.Errorf("failed to open log file: %w", err)
		}
		l.out = file
	}
	return l, nil
}

func (l *Log) info(message string, pairs ...string) { l.line("info", message, pairs...) }

// line writes keys and values in the given order: logfmt, or JSON with one object a line.
func (l *Log) line(level, message string, pairs ...string) {
	if l.out == nil || levels[level] < l.level {
		return
	}
	pairs = append([]string{"t", time.Now().Format("2006-01-02T15:04:05-0700"), "lvl", level, "msg", message}, pairs...)
	var text string
	if l.json {
		fields := map[string]string{}
		for i := 0; i+1 < len(pairs); i += 2 {
			fields[pairs[i]] = pairs[i+1]
		}
		encoded, _ := json.Marshal(fields)
		text = string(encoded)
	} else {
		var parts []string
		for i := 0; i+1 < len(pairs); i += 2 {
			parts = append(parts, pairs[i]+"="+logfmt(pairs[i+1], pairs[i] == "msg"))
		}
		text = strings.Join(parts, " ")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintln(l.out, text)
}

func logfmt(value string, always bool) string {
	if always || value == "" || strings.ContainsAny(value, " =\"\n\r\t") {
		return strconv.Quote(value)
	}
	return value
}

var errorCode = regexp.MustCompile(`ERR_NGROK_\d+`)

// explain prints the reason of the agent's end on stderr: every line, the code and its page. ngrok
// repeats the authtoken in the text of ERR_NGROK_105 and 107, and so does this program.
func explain(w io.Writer, err error) {
	text := strings.TrimSpace(strings.ReplaceAll(err.Error(), "\r", ""))
	for line := range strings.SplitSeq(text, "\n") {
		fmt.Fprintln(w, "ERROR:  "+line)
	}
	if code := errorCode.FindString(text); code != "" {
		fmt.Fprintln(w, "ERROR:  https://ngrok.com/docs/errors/"+strings.ToLower(code))
	}
	fmt.Fprintln(w, "ERROR:  ")
}
