package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// File is a configuration file: named keys as text, and the parts with structure.
type File struct {
	Path          string
	Settings      map[string]string
	Ingress       []IngressEntry `yaml:"ingress"`
	OriginRequest OriginRequest  `yaml:"originRequest"`
}

// IngressEntry is a rule as written in the file.
type IngressEntry struct {
	Hostname      string        `yaml:"hostname" json:"hostname"`
	Path          string        `yaml:"path" json:"path"`
	Service       string        `yaml:"service" json:"service"`
	OriginRequest OriginRequest `yaml:"originRequest" json:"originRequest"`
}

// OriginRequest is the part of originRequest that this program implements.
type OriginRequest struct {
	ConnectTimeout *Seconds `yaml:"connectTimeout" json:"connectTimeout"`
	HTTPHostHeader *string  `yaml:"httpHostHeader" json:"httpHostHeader"`
}

// Seconds is "3s" in the file, and a number of seconds in a pushed configuration.
type Seconds time.Duration

// UnmarshalYAML refuses a bare number, as the real one does.
func (s *Seconds) UnmarshalYAML(node *yaml.Node) error {
	d, err := time.ParseDuration(node.Value)
	if err != nil {
		return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: cannot unmarshal %s `%s` into time.Duration",
			node.Line, node.ShortTag(), node.Value)}}
	}
	*s = Seconds(d)
	return nil
}

// UnmarshalJSON reads seconds, as the edge pushes them.
func (s *Seconds) UnmarshalJSON(text []byte) error {
	d, err := time.ParseDuration(strings.Trim(string(text), `"`) + "s")
	*s = Seconds(d)
	return err
}

const noConfigFile = "Cannot determine default configuration path. No file [config.yml config.yaml] in [~/.cloudflared ~/.cloudflare-warp ~/cloudflare-warp /etc/cloudflared /usr/local/etc/cloudflared]"

// searched returns the default paths of a configuration file.
func searched() []string {
	home, _ := os.UserHomeDir()
	var paths []string
	for _, folder := range []string{home + "/.cloudflared", home + "/.cloudflare-warp", home + "/cloudflare-warp",
		"/etc/cloudflared", "/usr/local/etc/cloudflared"} {
		paths = append(paths, folder+"/config.yml", folder+"/config.yaml")
	}
	return paths
}

// findFile reads the named file, or else the first readable one of the default paths. An unreadable
// default file counts as absent.
func findFile(named string) (*File, error) {
	if named != "" {
		return readFile(named)
	}
	for _, path := range searched() {
		f, err := readFile(path)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
			continue
		}
		return f, err
	}
	return &File{Settings: map[string]string{}}, nil
}

func readFile(path string) (*File, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	f := &File{Path: path, Settings: map[string]string{}}
	if err := yaml.Unmarshal(text, f); err != nil {
		return nil, fmt.Errorf("error parsing YAML in config file at %s: %w", path, err)
	}
	var all map[string]any
	if err := yaml.Unmarshal(text, &all); err != nil {
		return nil, fmt.Errorf("error parsing YAML in config file at %s: %w", path, err)
	}
	for key, value := range all {
		switch value.(type) {
		case string, bool, int, float64:
			f.Settings[key] = fmt.Sprint(value)
		}
	}
	return f, nil
}
