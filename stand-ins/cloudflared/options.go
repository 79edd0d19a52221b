package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// kind is how a value is read and shown.
type kind int

const (
	text kind = iota
	boolean
	whole
	duration
	list
)

// setting is one flag with its environment variable and its default.
type setting struct {
	name, env, fallback string
	kind                kind
	run                 bool // allowed after `tunnel run`
	runOnly             bool // allowed only there
	hidden              bool // left out by /diag/configuration
}

// settings are those that Sidelink uses; any other flag is refused, as an unknown one is by the
// real program.
var settings = []setting{
	{name: "config"},
	{name: "url", env: "TUNNEL_URL", run: true},
	{name: "hello-world", env: "TUNNEL_HELLO_WORLD", kind: boolean, run: true},
	{name: "metrics", env: "TUNNEL_METRICS", fallback: "0.0.0.0:0"},
	{name: "protocol", env: "TUNNEL_TRANSPORT_PROTOCOL", fallback: "auto", run: true, hidden: true},
	{name: "retries", env: "TUNNEL_RETRIES", fallback: "5", kind: whole},
	{name: "max-edge-addr-retries", fallback: "8", kind: whole},
	{name: "ha-connections", fallback: "4", kind: whole},
	{name: "loglevel", env: "TUNNEL_LOGLEVEL", fallback: "info"},
	{name: "output", env: "TUNNEL_LOG_OUTPUT", fallback: "default", hidden: true},
	{name: "grace-period", env: "TUNNEL_GRACE_PERIOD", fallback: "30s", kind: duration},
	{name: "no-prechecks", env: "TUNNEL_NO_PRECHECKS", kind: boolean},
	{name: "no-autoupdate", env: "NO_AUTOUPDATE", kind: boolean},
	{name: "edge-ip-version", env: "TUNNEL_EDGE_IP_VERSION", fallback: "auto"},
	{name: "region", env: "TUNNEL_REGION"},
	{name: "edge", env: "TUNNEL_EDGE", kind: list},
	{name: "quick-service", fallback: "https://api.trycloudflare.com"},
	{name: "http-host-header", env: "TUNNEL_HTTP_HOST_HEADER", run: true},
	{name: "token", env: "TUNNEL_TOKEN", run: true, runOnly: true, hidden: true},
	{name: "token-file", env: "TUNNEL_TOKEN_FILE", run: true, runOnly: true, hidden: true},
}

// commands are the subcommands of each level.
var commands = map[string][]string{
	"": {"tunnel", "version"}, "tunnel": {"run", "ready", "ingress"}, "tunnel ingress": {"validate", "rule"},
}

// usageError is an unknown flag or an unreadable value. The real program prints the reason on
// standard output and exits with 0.
type usageError struct {
	command string
	cause   error
}

func (e *usageError) Error() string { return e.cause.Error() }

func (e *usageError) explain(out io.Writer) {
	mark := ":"
	if e.command == "" || e.command == "tunnel" {
		mark = "."
	}
	fmt.Fprintf(out, "Incorrect Usage%s %s\n\nNAME:\n   %s\n", mark, e.cause, strings.TrimSpace("cloudflared "+e.command))
}

// errUnreadableEnvironment makes the real program exit with 0 and without a message.
var errUnreadableEnvironment = errors.New("a value in the environment cannot be read")

// Options are the resolved settings: a flag overrides the environment, which overrides the file.
type Options struct {
	Command  string   // "tunnel", "tunnel ready", …
	Args     []string // after the command
	values   map[string]string
	set      map[string]bool   // by flag, environment or file
	explicit map[string]string // by flag or file
	File     *File
}

func (o *Options) get(name string) string { return o.values[name] }

func (o *Options) isSet(name string) bool { return o.set[name] }

// override sets a value for a quick tunnel, regardless of its source.
func (o *Options) override(name, value string) {
	o.values[name], o.explicit[name] = value, value
}

func (o *Options) number(name string) int {
	n, _ := strconv.Atoi(o.values[name])
	return n
}

// parseOptions reads arguments, environment and file. Flags of one level precede the next command,
// as in `cloudflared --no-autoupdate tunnel --metrics x ready`.
func parseOptions(args []string, getenv func(string) string) (*Options, error) {
	o := &Options{values: map[string]string{}, set: map[string]bool{}, explicit: map[string]string{}}
	for rest := args; ; {
		flags := o.flagsOf(o.Command)
		if err := flags.Parse(rest); err != nil {
			return nil, &usageError{o.Command, err}
		}
		if flags.NArg() == 0 {
			break
		}
		if !slices.Contains(commands[o.Command], flags.Arg(0)) {
			o.Args = flags.Args()
			break
		}
		o.Command = strings.TrimSpace(o.Command + " " + flags.Arg(0))
		rest = flags.Args()[1:]
	}
	for _, s := range settings {
		if value := getenv(s.env); s.env != "" && value != "" {
			if _, err := s.read(value); err != nil {
				return nil, errUnreadableEnvironment
			}
		}
	}
	var err error
	if o.File, err = findFile(o.explicit["config"]); err != nil {
		return nil, err
	}
	for _, s := range settings {
		if err := o.resolve(s, getenv); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// flagsOf returns the flags of one level: the same before and after `tunnel`, few or none below.
func (o *Options) flagsOf(command string) *flag.FlagSet {
	flags := flag.NewFlagSet("cloudflared", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	take := func(name string) func(string) error {
		return func(v string) error {
			o.explicit[name] = v
			return nil
		}
	}
	switch command {
	case "":
		flags.BoolFunc("version", "", take("version"))
		flags.BoolFunc("v", "", take("version"))
	case "version":
		flags.BoolFunc("short", "", take("short"))
	}
	for _, s := range settings {
		top := (command == "" || command == "tunnel") && !s.runOnly
		if !top && !(command == "tunnel run" && s.run) {
			continue
		}
		read := func(v string) error {
			shown, err := s.read(v)
			if err != nil {
				return errors.New("parse error")
			}
			return take(s.name)(shown)
		}
		if s.kind == boolean {
			flags.BoolFunc(s.name, "", read)
		} else {
			flags.Func(s.name, "", read)
		}
		if s.name == "protocol" {
			flags.Func("p", "", read)
		}
	}
	return flags
}

// read returns a value as the real program shows it.
func (s setting) read(value string) (string, error) {
	switch s.kind {
	case boolean:
		b, err := strconv.ParseBool(value)
		return strconv.FormatBool(b), err
	case whole:
		_, err := strconv.ParseUint(value, 0, 64)
		return value, err
	case duration:
		d, err := time.ParseDuration(value)
		return d.String(), err
	}
	return value, nil
}

func (o *Options) resolve(s setting, getenv func(string) string) error {
	fromEnv := ""
	if s.env != "" {
		fromEnv = getenv(s.env)
	}
	fromFile, inFile := o.File.Settings[s.name]
	value, explicit := o.explicit[s.name]
	switch {
	case explicit:
	case fromEnv != "":
		value, _ = s.read(fromEnv)
	case inFile && !(s.kind == whole && fromFile == "0"): // zero counts as unset
		var err error
		if value, err = s.read(fromFile); err != nil {
			return err
		}
		o.explicit[s.name] = value
	default:
		o.values[s.name] = s.fallback
		return nil
	}
	o.values[s.name], o.set[s.name] = value, true
	return nil
}

const longestGracePeriod = 3 * time.Minute

func (o *Options) gracePeriod() (time.Duration, error) {
	d, err := time.ParseDuration(o.get("grace-period"))
	if err == nil && d > longestGracePeriod {
		return 0, fmt.Errorf("grace-period must be equal or less than %s", longestGracePeriod)
	}
	return d, err
}

// shown returns the settings that were given by flag or file, as the real program prints them.
func (o *Options) shown(diagnosis bool) map[string]string {
	shown := map[string]string{}
	for _, s := range settings {
		value, ok := o.explicit[s.name]
		if !ok || diagnosis && s.hidden {
			continue
		}
		switch {
		case s.kind == list:
			value = "[" + strings.ReplaceAll(value, ",", " ") + "]"
		case s.name == "token":
			value = "*****"
		}
		shown[s.name] = value
		if s.name == "protocol" && o.isSet("protocol") {
			shown["p"] = value
		}
	}
	return shown
}

// settingsLine returns the log's "Settings: map[…]"; empty without any.
func (o *Options) settingsLine() string {
	shown := o.shown(false)
	if len(shown) == 0 {
		return ""
	}
	return fmt.Sprintf("Settings: %v", shown)
}

// environmentLine returns the log's line about variables with TUNNEL_ in them; empty without any. A
// value with a "=" is omitted, a token without one is hidden.
func environmentLine() string {
	found := map[string]string{}
	for _, pair := range os.Environ() {
		if parts := strings.Split(pair, "="); strings.Contains(pair, "TUNNEL_") && len(parts) == 2 {
			found[parts[0]] = parts[1]
		}
	}
	if _, ok := found["TUNNEL_TOKEN"]; ok {
		found["TUNNEL_TOKEN"] = "*****"
	}
	if len(found) == 0 {
		return ""
	}
	return fmt.Sprintf("Environmental variables %v", found)
}

// diagnosis returns /diag/configuration.
func (o *Options) diagnosis() map[string]string {
	shown := maps.Clone(o.shown(true))
	shown["uid"] = strconv.Itoa(os.Getuid())
	return shown
}
