package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Fields are a log line's values.
type Fields map[string]any

var levels = map[string]int{"debug": 0, "info": 1, "warn": 2, "error": 3, "fatal": 4}

var shortLevels = map[string]string{"debug": "DBG", "info": "INF", "warn": "WRN", "error": "ERR", "fatal": "FTL"}

// Logger writes the two forms in which cloudflared logs.
type Logger struct {
	mu    sync.Mutex
	out   io.Writer
	level int
	json  bool
}

// NewLogger takes the values of TUNNEL_LOGLEVEL and TUNNEL_LOG_OUTPUT.
func NewLogger(out io.Writer, level, output string) *Logger {
	l := &Logger{out: out, level: levels["info"], json: output == "json"}
	if n, ok := levels[level]; ok {
		l.level = n
	} else {
		l.Error(nil, fmt.Sprintf("Failed to parse log level %q, using \"info\" instead", level), nil)
	}
	return l
}

// Info logs a change of state.
func (l *Logger) Info(message string, f Fields) { l.line("info", message, f) }

// Warn logs a failure while the real program still counts a connection as open.
func (l *Logger) Warn(err error, message string, f Fields) { l.failure("warn", err, message, f) }

// Error logs a failure; err may be nil.
func (l *Logger) Error(err error, message string, f Fields) { l.failure("error", err, message, f) }

func (l *Logger) failure(level string, err error, message string, f Fields) {
	with := maps.Clone(f)
	if err != nil {
		if with == nil {
			with = Fields{}
		}
		with["error"] = err.Error()
	}
	l.line(level, message, with)
}

// Box draws lines in a frame, one message for each line.
func (l *Logger) Box(lines ...string) {
	width := 0
	for _, line := range lines {
		width = max(width, len(line))
	}
	border := "+" + strings.Repeat("-", width+4) + "+"
	l.Info(border, nil)
	for _, line := range lines {
		l.Info("|  "+line+strings.Repeat(" ", width-len(line))+"  |", nil)
	}
	l.Info(border, nil)
}

func (l *Logger) line(level, message string, f Fields) {
	if levels[level] < l.level {
		return
	}
	now := time.Now().UTC().Format(time.RFC3339)
	var text string
	if l.json {
		all := maps.Clone(f)
		if all == nil {
			all = Fields{}
		}
		all["level"], all["time"] = level, now
		if message != "" {
			all["message"] = message
		}
		encoded, _ := json.Marshal(all)
		text = string(encoded)
	} else {
		text = strings.TrimRight(now+" "+shortLevels[level]+" "+message+fieldText(f), " ")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintln(l.out, text)
}

// fieldText formats key=value pairs, with the error first.
func fieldText(f Fields) string {
	keys := slices.Sorted(maps.Keys(f))
	if i := slices.Index(keys, "error"); i > 0 {
		keys = append([]string{"error"}, slices.Delete(keys, i, i+1)...)
	}
	var b strings.Builder
	for _, k := range keys {
		value := fmt.Sprint(f[k])
		if strings.ContainsAny(value, " \"\\\n\t") || value == "" {
			value = strconv.Quote(value)
		}
		b.WriteString(" " + k + "=" + value)
	}
	return b.String()
}
