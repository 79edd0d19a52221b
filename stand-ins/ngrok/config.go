package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Config is the supported part of ngrok's configuration, version 3. Several files are merged in
// order.
type Config struct {
	Version   string           `yaml:"version"`
	Agent     AgentConfig      `yaml:"agent"`
	Endpoints []EndpointConfig `yaml:"endpoints"`
}

// AgentConfig has the settings that Sidelink uses. The real agent knows many more.
type AgentConfig struct {
	Authtoken     string   `yaml:"authtoken"`
	WebAddr       string   `yaml:"web_addr"`
	WebAllowHosts []string `yaml:"web_allow_hosts"`
	Log           string   `yaml:"log"`
	LogLevel      string   `yaml:"log_level"`
	LogFormat     string   `yaml:"log_format"`
	ConnectURL    string   `yaml:"connect_url"`
	ConnectCAs    string   `yaml:"connect_cas"`

	Ignored map[string]any `yaml:",inline"`
}

// EndpointConfig is one address and the upstream for its visitors.
type EndpointConfig struct {
	Name     string `yaml:"name"`
	URL      string `yaml:"url"`
	Upstream struct {
		URL string `yaml:"url"`
	} `yaml:"upstream"`
	TrafficPolicy TrafficPolicy `yaml:"traffic_policy"`

	Ignored map[string]any `yaml:",inline"`
}

// arguments are the command line's.
type arguments struct {
	command string
	files   []string
}

// parseArguments reads `start --all --config a --config=b,c`; --config may precede the command.
func parseArguments(args []string) (arguments, error) {
	var a arguments
	all := false
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		name, value, inline := strings.Cut(arg, "=")
		switch {
		case name == "--config":
			if !inline {
				if len(args) == 0 {
					return a, errors.New("flag needs an argument: --config")
				}
				value, args = args[0], args[1:]
			}
			a.files = append(a.files, strings.Split(value, ",")...)
		case arg == "--all":
			all = true
		case arg == "--version", arg == "-v":
			a.command = "version"
		case strings.HasPrefix(arg, "-"):
			return a, fmt.Errorf("unknown flag: %s", name)
		case a.command == "":
			a.command = arg
		default:
			return a, fmt.Errorf("the stand-in starts all endpoints or none, not %q", arg)
		}
	}
	if a.command == "start" && !all {
		return a, errors.New("you must specify at least one tunnel to start: pass --all")
	}
	return a, nil
}

// maxConfig is far more than any real configuration.
const maxConfig = 1 << 20

func readConfig(files []string, env func(string) string) (Config, error) {
	merged := Config{Agent: AgentConfig{WebAddr: "127.0.0.1:4040", Log: "false", LogLevel: "info", Authtoken: env("NGROK_AUTHTOKEN")}}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return merged, fmt.Errorf("failed to read configuration file '%s': %w", file, err)
		}
		if len(content) > maxConfig {
			return merged, fmt.Errorf("configuration file '%s' is too large", file)
		}
		before := merged.Endpoints
		next := merged
		next.Version, next.Endpoints = "", nil
		if err := yaml.Unmarshal(content, &next); err != nil {
			return merged, fmt.Errorf("error reading configuration file '%s': %w", file, err)
		}
		if next.Version != "3" {
			return merged, fmt.Errorf("error reading configuration file '%s': the stand-in reads version 3, this is version '%s'", file, next.Version)
		}
		next.Endpoints = slices.Concat(before, next.Endpoints)
		merged = next
	}
	for i, e := range merged.Endpoints {
		if e.Upstream.URL == "" {
			return merged, fmt.Errorf("endpoint %d (%s) has no upstream.url", i, e.Name)
		}
		merged.Endpoints[i].Upstream.URL = upstreamURL(e.Upstream.URL)
	}
	merged.Agent.Authtoken = strings.TrimSpace(merged.Agent.Authtoken)
	return merged, nil
}

// upstreamURL completes "8080" and "gateway:8081" as the real agent does.
func upstreamURL(text string) string {
	switch {
	case strings.Contains(text, "://"):
		return text
	case strings.Trim(text, "0123456789") == "":
		return "http://localhost:" + text
	default:
		return "http://" + text
	}
}
