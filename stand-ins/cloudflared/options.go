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

// setting is one flag with its environment variable and where it may stand in the file.
type setting struct {
	name, env, fallback string
	boolean             bool
}

// settings are those that Sidelink's stacks use; any other flag is refused, as by the real one.
var settings = []setting{
	{name: "config"},
	{name: "url", env: "TUNNEL_URL"},
	{name: "hello-world", env: "TUNNEL_HELLO_WORLD", boolean: true},
	{name: "metrics", env: "TUNNEL_METRICS", fallback: "0.0.0.0:0"},
	{name: "protocol", env: "TUNNEL_TRANSPORT_PROTOCOL", fallback: "auto"},
	{name: "retries", env: "TUNNEL_RETRIES", fallback: "5"},
	{name: "max-edge-addr-retries", fallback: "8"},
	{name: "ha-connections", fallback: "4"},
	{name: "loglevel", env: "TUNNEL_LOGLEVEL", fallback: "info"},
	{name: "output", env: "TUNNEL_LOG_OUTPUT", fallback: "default"},
	{name: "grace-period", env: "TUNNEL_GRACE_PERIOD", fallback: "30s"},
	{name: "no-prechecks", env: "TUNNEL_NO_PRECHECKS", boolean: true},
	{name: "no-autoupdate", env: "NO_AUTOUPDATE", boolean: true},
	{name: "edge-ip-version", env: "TUNNEL_EDGE_IP_VERSION", fallback: "auto"},
	{name: "region", env: "TUNNEL_REGION"},
	{name: "edge", env: "TUNNEL_EDGE"},
	{name: "quick-service", fallback: "https://api.trycloudflare.com"},
	{name: "http-host-header", env: "TUNNEL_HTTP_HOST_HEADER"},
	{name: "token", env: "TUNNEL_TOKEN"},
	{name: "token-file", env: "TUNNEL_TOKEN_FILE"},
}

// Options is what was given, resolved: a flag beats the environment, which beats the file.
type Options struct {
	Commands []string // "tunnel", "ready", …
	values   map[string]string
	set      map[string]bool // by flag, environment or file
	explicit map[string]string
	File     *File
}

func (o *Options) get(name string) string { return o.values[name] }

func (o *Options) isSet(name string) bool { return o.set[name] }

func (o *Options) number(name string) int {
	n, _ := strconv.Atoi(o.values[name])
	return n
}

// parseOptions reads arguments, environment and file. Flags may stand before and after each
// subcommand, as in `cloudflared --no-autoupdate tunnel --metrics x ready`.
func parseOptions(args []string, getenv func(string) string) (*Options, error) {
	o := &Options{values: map[string]string{}, set: map[string]bool{}, explicit: map[string]string{}}
	flags := flag.NewFlagSet("cloudflared", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	for _, s := range settings {
		o.values[s.name] = s.fallback
		take := func(v string) error {
			o.explicit[s.name] = v
			return nil
		}
		if s.boolean {
			flags.BoolFunc(s.name, "", take)
		} else {
			flags.Func(s.name, "", take)
		}
	}
	for rest := args; ; {
		if err := flags.Parse(rest); err != nil {
			return nil, err
		}
		if flags.NArg() == 0 {
			break
		}
		o.Commands = append(o.Commands, flags.Arg(0))
		rest = flags.Args()[1:]
	}
	var err error
	if o.File, err = findFile(o.explicit["config"]); err != nil {
		return nil, err
	}
	for _, s := range settings {
		o.resolve(s, getenv)
	}
	if _, err := o.gracePeriod(); err != nil {
		return nil, err
	}
	return o, nil
}

func (o *Options) resolve(s setting, getenv func(string) string) {
	fromEnv := ""
	if s.env != "" {
		fromEnv = getenv(s.env)
	}
	fromFile, inFile := o.File.Settings[s.name]
	switch given, ok := o.explicit[s.name]; {
	case ok:
		o.values[s.name], o.set[s.name] = given, true
	case fromEnv != "":
		o.values[s.name], o.set[s.name] = fromEnv, true
	case inFile:
		if s.name == "max-edge-addr-retries" && fromFile == "0" {
			return // zero counts as unset
		}
		o.values[s.name], o.set[s.name] = fromFile, true
		o.explicit[s.name] = fromFile
	}
}

func (o *Options) gracePeriod() (time.Duration, error) {
	d, err := time.ParseDuration(o.get("grace-period"))
	if err == nil && d > 3*time.Minute {
		return 0, errors.New("grace-period must be equal or less than 3m0s")
	}
	return d, err
}

// settingsLine is the log's "Settings: map[…]".
func (o *Options) settingsLine() string {
	shown := maps.Clone(o.explicit)
	delete(shown, "token")
	if o.File.Path != "" {
		shown["config"] = o.File.Path
	}
	shown["ha-connections"] = o.get("ha-connections")
	shown["protocol"] = o.get("protocol")
	return fmt.Sprintf("Settings: %v", shown)
}

// environmentLine is the log's line on variables with TUNNEL_ in their names; empty without any.
func environmentLine() string {
	found := map[string]string{}
	for _, pair := range os.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		if strings.Contains(name, "TUNNEL_") && !slices.Contains([]string{"TUNNEL_TOKEN"}, name) {
			found[name] = value
		}
	}
	if len(found) == 0 {
		return ""
	}
	return fmt.Sprintf("Environmental variables %v", found)
}
