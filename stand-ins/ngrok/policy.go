package main

import (
	"net/http"
	"strings"

	"go.yaml.in/yaml/v3"
)

// TrafficPolicy is supported as far as it removes headers from visitors' requests and adds headers.
// At ngrok the edge applies it, here the agent.
type TrafficPolicy struct {
	OnHTTPRequest []struct {
		Actions []Action `yaml:"actions"`
	} `yaml:"on_http_request"`
}

// Action is one step of the policy.
type Action struct {
	Type   string `yaml:"type"`
	Config struct {
		Headers Headers `yaml:"headers"`
	} `yaml:"config"`
}

// Headers is a list of names for remove-headers, and names with values for add-headers.
type Headers struct {
	Names  []string
	Values map[string]string
}

// UnmarshalYAML reads both forms.
func (h *Headers) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.MappingNode {
		return node.Decode(&h.Values)
	}
	return node.Decode(&h.Names)
}

// visitorIP is the only variable of ngrok that is replaced.
const visitorIP = "${conn.client_ip}"

// apply changes a visitor's headers. The edge has appended the visitor's address to
// X-Forwarded-For.
func (p *TrafficPolicy) apply(h http.Header) {
	forwarded := strings.Split(h.Get("X-Forwarded-For"), ",")
	ip := strings.TrimSpace(forwarded[len(forwarded)-1])
	for _, phase := range p.OnHTTPRequest {
		for _, action := range phase.Actions {
			switch action.Type {
			case "remove-headers":
				for _, name := range action.Config.Headers.Names {
					h.Del(name)
				}
			case "add-headers":
				for name, value := range action.Config.Headers.Values {
					h.Add(name, strings.ReplaceAll(value, visitorIP, ip))
				}
			}
		}
	}
}
