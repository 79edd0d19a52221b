package main

import (
	"context"
	"errors"
	"fmt"
	"net"
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
	Text           string // the service as written
	ConnectTimeout time.Duration
	HostHeader     string
	transport      *http.Transport
}

var errNotCatchAll = errors.New("The last ingress rule must match all URLs (i.e. it should not have a hostname or path filter)")

// buildIngress compiles the rules of a tunnel. Without rules, --url is the origin of every request.
func buildIngress(o *Options) ([]*Rule, error) {
	if len(o.File.Ingress) > 0 {
		return compileIngress(o.File.Ingress, o.File.OriginRequest)
	}
	entry := IngressEntry{Service: helloWorld}
	if !o.isSet("hello-world") {
		var err error
		if entry.Service, err = originOf(o.get("url")); err != nil {
			return nil, fmt.Errorf("Error validating origin URL: %w", err)
		}
	}
	if header := o.get("http-host-header"); header != "" {
		entry.OriginRequest.HTTPHostHeader = &header
	}
	return compileIngress([]IngressEntry{entry}, o.File.OriginRequest)
}

// originOf reads --url: http by default, without what follows the host.
func originOf(given string) (string, error) {
	with := given
	if !strings.Contains(with, "://") {
		with = "http://" + with
	}
	u, err := url.Parse(with)
	if err != nil || u.Host == "" {
		return "", fmt.Errorf("URL %s has invalid format", given)
	}
	return u.Scheme + "://" + u.Host, nil
}

func compileIngress(entries []IngressEntry, global OriginRequest) ([]*Rule, error) {
	var rules []*Rule
	for i, entry := range entries {
		rule, err := compileRule(i, entry, global, i == len(entries)-1)
		if err != nil {
			return nil, err
		}
		rules = append(rules, rule)
	}
	if len(rules) == 0 {
		return nil, errNotCatchAll
	}
	return rules, nil
}

func compileRule(i int, e IngressEntry, global OriginRequest, last bool) (*Rule, error) {
	r := &Rule{Hostname: e.Hostname, Text: e.Service, ConnectTimeout: defaultConnectTimeout}
	for _, layer := range []OriginRequest{global, e.OriginRequest} {
		if layer.ConnectTimeout != nil {
			r.ConnectTimeout = time.Duration(*layer.ConnectTimeout)
		}
		if layer.HTTPHostHeader != nil {
			r.HostHeader = *layer.HTTPHostHeader
		}
	}
	if err := r.readService(e.Service); err != nil {
		return nil, err
	}
	if err := checkHostname(i, e, last); err != nil {
		return nil, err
	}
	if e.Path != "" {
		var err error
		if r.Path, err = regexp.Compile(e.Path); err != nil {
			return nil, fmt.Errorf("Rule #%d has an invalid regex: %w", i+1, err)
		}
	}
	return r, nil
}

// helloWorld is a page that the program itself serves.
const helloWorld = "hello_world"

func (r *Rule) readService(text string) error {
	if status, ok := strings.CutPrefix(text, "http_status:"); ok {
		code, err := strconv.Atoi(status)
		if err != nil {
			return fmt.Errorf("invalid HTTP status code: %w", err)
		}
		if code < 100 || code > 999 {
			return fmt.Errorf("invalid HTTP status code: %d", code)
		}
		r.Status = code
		return nil
	}
	if text == helloWorld || text == "hello-world" {
		r.Status, r.Text = http.StatusOK, helloWorld
		return nil
	}
	if socket, ok := strings.CutPrefix(text, "unix:"); ok {
		r.Service = &url.URL{Scheme: "http", Host: "localhost"}
		r.transport = originTransport(r.ConnectTimeout)
		r.transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket)
		}
		return nil
	}
	service, err := url.Parse(text)
	if err != nil {
		return err
	}
	if service.Scheme == "" || service.Hostname() == "" {
		return fmt.Errorf("%s is an invalid address, please make sure it has a scheme and a hostname", text)
	}
	if service.Path != "" {
		return fmt.Errorf("%s is an invalid address, ingress rules don't support proxying to a different path on the origin service. The path will be the same as the eyeball request's path", text)
	}
	r.Service = service
	r.transport = originTransport(r.ConnectTimeout)
	return nil
}

func checkHostname(i int, e IngressEntry, last bool) error {
	catchesAll := (e.Hostname == "" || e.Hostname == "*") && e.Path == ""
	_, _, err := net.SplitHostPort(e.Hostname)
	switch {
	case err == nil:
		return errors.New("Hostname cannot contain a port")
	case strings.LastIndex(e.Hostname, "*") > 0:
		return errors.New("Hostname patterns can have at most one wildcard character (\"*\") and it can only be used for subdomains, e.g. \"*.example.com\"")
	case last && !catchesAll:
		return errNotCatchAll
	case !last && catchesAll:
		return fmt.Errorf("Rule #%d is matching the hostname '%s', but this will match every hostname, meaning the rules which follow it will never be triggered.", i+1, e.Hostname)
	}
	return nil
}

// match returns the rule for a request, by its exact Host (case-sensitive) and its decoded path.
func match(rules []*Rule, host, path string) (*Rule, int) {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	for i, r := range rules {
		if r.matchesHost(host) && (r.Path == nil || r.Path.MatchString(path)) {
			return r, i
		}
	}
	return rules[len(rules)-1], len(rules) - 1
}

func (r *Rule) matchesHost(host string) bool {
	suffix, wild := strings.CutPrefix(r.Hostname, "*")
	return r.Hostname == "" || r.Hostname == host || wild && strings.HasSuffix(host, suffix)
}

// originView is originRequest as /config shows it.
type originView struct {
	ConnectTimeout         float64    `json:"connectTimeout"`
	TLSTimeout             int        `json:"tlsTimeout"`
	TCPKeepAlive           int        `json:"tcpKeepAlive"`
	NoHappyEyeballs        bool       `json:"noHappyEyeballs"`
	KeepAliveTimeout       int        `json:"keepAliveTimeout"`
	KeepAliveConnections   int        `json:"keepAliveConnections"`
	HTTPHostHeader         string     `json:"httpHostHeader"`
	OriginServerName       string     `json:"originServerName"`
	MatchSNIToHost         bool       `json:"matchSNItoHost"`
	CAPool                 string     `json:"caPool"`
	NoTLSVerify            bool       `json:"noTLSVerify"`
	DisableChunkedEncoding bool       `json:"disableChunkedEncoding"`
	BastionMode            bool       `json:"bastionMode"`
	ProxyAddress           string     `json:"proxyAddress"`
	ProxyPort              int        `json:"proxyPort"`
	ProxyType              string     `json:"proxyType"`
	IPRules                []string   `json:"ipRules"`
	HTTP2Origin            bool       `json:"http2Origin"`
	Access                 accessView `json:"access"`
}

type accessView struct {
	TeamName string   `json:"teamName"`
	AudTag   []string `json:"audTag"`
}

func viewOrigin(connectTimeout time.Duration, hostHeader string) originView {
	v := originView{HTTPHostHeader: hostHeader}
	if connectTimeout > 0 { // zero: a tunnel without a configuration yet
		v.ConnectTimeout = connectTimeout.Seconds()
		v.TLSTimeout, v.TCPKeepAlive, v.KeepAliveTimeout, v.KeepAliveConnections = 10, 30, 90, 100
		v.ProxyAddress = "127.0.0.1"
	}
	return v
}

// ruleView is a rule as /config shows it.
type ruleView struct {
	Hostname      string     `json:"hostname"`
	Path          *string    `json:"path"`
	Service       string     `json:"service"`
	Handlers      []string   `json:"Handlers"`
	OriginRequest originView `json:"originRequest"`
}

func (r *Rule) view() ruleView {
	v := ruleView{Hostname: r.Hostname, Service: r.Text, OriginRequest: viewOrigin(r.ConnectTimeout, r.HostHeader)}
	if r.Path != nil {
		path := r.Path.String()
		v.Path = &path
	}
	return v
}

// validateIngress is `cloudflared tunnel ingress validate`.
func validateIngress(o *Options) error {
	if o.File.Path == "" {
		return errors.New("No configuration file was found. Please create one, or use the --config flag to specify its filepath. You can use the help command to learn more about configuration files")
	}
	fmt.Println("Validating rules from", o.File.Path)
	if _, err := compileIngress(o.File.Ingress, o.File.OriginRequest); err != nil {
		return fmt.Errorf("Validation failed: %w", err)
	}
	if o.isSet("url") {
		return errors.New("You can't set the --url flag (or $TUNNEL_URL) when using multiple-origin ingress rules")
	}
	fmt.Println("OK")
	return nil
}

// showRule is `cloudflared tunnel ingress rule URL`.
func showRule(o *Options) error {
	if len(o.Args) == 0 {
		return errors.New("cloudflared tunnel rule expects a single argument, the URL to test")
	}
	u, err := url.Parse(o.Args[0])
	if err != nil {
		return fmt.Errorf("%s is not a valid URL", o.Args[0])
	}
	fmt.Println("Using rules from", o.File.Path)
	rules, err := compileIngress(o.File.Ingress, o.File.OriginRequest)
	if err != nil {
		return fmt.Errorf("Validation failed: %w", err)
	}
	r, i := match(rules, u.Hostname(), u.Path)
	fmt.Printf("Matched rule #%d\n", i)
	if r.Hostname != "" {
		fmt.Printf("\thostname: %s\n", r.Hostname)
	}
	if r.Path != nil {
		fmt.Printf("\tpath: %s\n", r.Path)
	}
	fmt.Printf("\tservice: %s\n", r.Text)
	return nil
}
