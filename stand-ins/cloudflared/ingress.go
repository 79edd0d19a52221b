package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const defaultConnectTimeout = 30 * time.Second

// Rule is one line of ingress, ready to match.
type Rule struct {
	Hostname       string
	Path           *regexp.Regexp
	Service        *url.URL // nil for http_status
	Status         int
	Text           string // the service as it was written
	ConnectTimeout time.Duration
	HostHeader     string
	transport      *http.Transport
}

// buildIngress makes the rules of a tunnel; without any, the one URL is the origin of everything.
func buildIngress(o *Options) ([]*Rule, error) {
	entries := o.File.Ingress
	if len(entries) == 0 {
		service := o.get("url")
		if o.get("hello-world") == "true" {
			service = "http_status:200"
		}
		entry := IngressEntry{Service: withScheme(service)}
		if header := o.get("http-host-header"); header != "" {
			entry.OriginRequest.HTTPHostHeader = &header
		}
		entries = []IngressEntry{entry}
	}
	return compileIngress(entries, o.File.OriginRequest)
}

func compileIngress(entries []IngressEntry, global OriginRequest) ([]*Rule, error) {
	var rules []*Rule
	for i, entry := range entries {
		rule, err := compileRule(i, entry, global)
		if err != nil {
			return nil, err
		}
		rules = append(rules, rule)
	}
	if len(rules) == 0 {
		return nil, errors.New("The last ingress rule must match all URLs (i.e. it should not have a hostname or path filter)")
	}
	if last := rules[len(rules)-1]; last.Path != nil || last.Hostname != "" && last.Hostname != "*" {
		return nil, errors.New("The last ingress rule must match all URLs (i.e. it should not have a hostname or path filter)")
	}
	return rules, nil
}

func compileRule(i int, e IngressEntry, global OriginRequest) (*Rule, error) {
	r := &Rule{Hostname: e.Hostname, Text: e.Service, ConnectTimeout: defaultConnectTimeout}
	for _, layer := range []OriginRequest{global, e.OriginRequest} {
		if layer.ConnectTimeout != nil {
			r.ConnectTimeout = time.Duration(*layer.ConnectTimeout)
		}
		if layer.HTTPHostHeader != nil {
			r.HostHeader = *layer.HTTPHostHeader
		}
	}
	if e.Path != "" {
		var err error
		if r.Path, err = regexp.Compile(e.Path); err != nil {
			return nil, fmt.Errorf("Rule #%d has an invalid regex: %w", i+1, err)
		}
	}
	if status, ok := strings.CutPrefix(e.Service, "http_status:"); ok {
		code, err := strconv.Atoi(status)
		if err != nil || code < 100 || code > 999 {
			return nil, fmt.Errorf("invalid HTTP status code: %s", status)
		}
		r.Status = code
		return r, nil
	}
	service, err := url.Parse(e.Service)
	if err != nil {
		return nil, err
	}
	if service.Scheme == "" || service.Hostname() == "" {
		return nil, fmt.Errorf("%s is an invalid address, please make sure it has a scheme and a hostname", e.Service)
	}
	if service.Path != "" {
		return nil, fmt.Errorf("%s is an invalid address, ingress rules don't support proxying to a different path on the origin service. The path will be the same as the eyeball request's path", e.Service)
	}
	r.Service = service
	r.transport = originTransport(r.ConnectTimeout)
	return r, nil
}

// match finds the rule for a request, by its real Host and its decoded path.
func match(rules []*Rule, host, path string) (*Rule, int) {
	host, _, _ = strings.Cut(host, ":")
	for i, r := range rules {
		if r.matchesHost(host) && (r.Path == nil || r.Path.MatchString(path)) {
			return r, i
		}
	}
	return rules[len(rules)-1], len(rules) - 1
}

func (r *Rule) matchesHost(host string) bool {
	switch {
	case r.Hostname == "", r.Hostname == "*", strings.EqualFold(r.Hostname, host):
		return true
	case strings.HasPrefix(r.Hostname, "*."):
		return strings.HasSuffix(strings.ToLower(host), strings.ToLower(r.Hostname[1:]))
	}
	return false
}

// view is the rule as /config shows it.
func (r *Rule) view() map[string]any {
	var path any
	if r.Path != nil {
		path = r.Path.String()
	}
	return map[string]any{"hostname": r.Hostname, "path": path, "service": r.Text, "Handlers": nil,
		"originRequest": map[string]any{
			"connectTimeout": r.ConnectTimeout.Seconds(), "tlsTimeout": 10, "tcpKeepAlive": 30,
			"noHappyEyeballs": false, "keepAliveTimeout": 90, "keepAliveConnections": 100,
			"httpHostHeader": r.HostHeader, "originServerName": "", "noTLSVerify": false,
			"disableChunkedEncoding": false, "http2Origin": false,
		}}
}

func withScheme(service string) string {
	if service == "" || strings.Contains(service, "://") || strings.HasPrefix(service, "http_status:") {
		return strings.TrimSuffix(service, "/")
	}
	return "http://" + service
}
