package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func written(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.yml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func parse(t *testing.T, env map[string]string, args ...string) *Options {
	t.Helper()
	t.Setenv("HOME", t.TempDir()) // no configuration file of this machine's user
	o, err := parseOptions(args, func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestFlagOverridesEnvironmentOverridesFile(t *testing.T) {
	file := written(t, "metrics: file:1\nprotocol: quic\ngrace-period: 5s\nmax-edge-addr-retries: 0\nno-autoupdate: true\n")
	o := parse(t, map[string]string{"TUNNEL_METRICS": "env:1", "TUNNEL_TRANSPORT_PROTOCOL": "http2"},
		"--no-autoupdate", "tunnel", "--config", file, "--metrics", "flag:1", "ready")
	for name, want := range map[string]string{"metrics": "flag:1", "protocol": "http2", "grace-period": "5s",
		"max-edge-addr-retries": "8", "loglevel": "info"} {
		if got := o.get(name); got != want {
			t.Errorf("%s is %q, not %q", name, got, want)
		}
	}
	if o.Command != "tunnel ready" {
		t.Errorf("command %q", o.Command)
	}
	if got := o.settingsLine(); got != "Settings: map[config:"+file+" grace-period:5s metrics:flag:1 no-autoupdate:true]" {
		t.Error(got)
	}
}

func TestSettingsAreShownAsInTheRealProgram(t *testing.T) {
	o := parse(t, map[string]string{"TUNNEL_URL": "http://a"}, "tunnel", "--edge", "1.2.3.4:5,6.7.8.9:5", "--protocol", "http2", "--grace-period", "4m")
	if got := o.settingsLine(); got != "Settings: map[edge:[1.2.3.4:5 6.7.8.9:5] grace-period:4m0s p:http2 protocol:http2]" {
		t.Error(got)
	}
	o = parse(t, nil, "tunnel", "run", "--token", "secret")
	if got := o.settingsLine(); got != "Settings: map[token:*****]" || len(o.diagnosis()) != 1 {
		t.Error(got, o.diagnosis())
	}
	t.Setenv("TUNNEL_TOKEN", "secret")
	if line := environmentLine(); !strings.Contains(line, "TUNNEL_TOKEN:*****") {
		t.Error(line)
	}
}

// An unreadable value ends the real program with 0, also the healthcheck `tunnel ready`.
func TestMisuse(t *testing.T) {
	for want, args := range map[string][]string{
		"Incorrect Usage. flag provided but not defined: -log-format":                                  {"tunnel", "--log-format", "json"},
		"Incorrect Usage. invalid value \"x\" for flag -grace-period: parse error":                     {"tunnel", "--grace-period", "x"},
		"Incorrect Usage: flag provided but not defined: -metrics":                                     {"tunnel", "ready", "--metrics", "127.0.0.1:1"},
		"Incorrect Usage: flag provided but not defined: -metrics\n\nNAME:\n   cloudflared tunnel run": {"tunnel", "run", "--metrics", "x"},
	} {
		_, err := parseOptions(args, func(string) string { return "" })
		var usage *usageError
		if !errors.As(err, &usage) {
			t.Errorf("%v: %v", args, err)
			continue
		}
		var out bytes.Buffer
		if usage.explain(&out); !strings.HasPrefix(out.String(), want) {
			t.Errorf("%v: %s", args, out.String())
		}
	}
	for name, value := range map[string]string{"TUNNEL_GRACE_PERIOD": "x", "TUNNEL_RETRIES": "x", "TUNNEL_NO_PRECHECKS": "maybe"} {
		_, err := parseOptions([]string{"tunnel"}, func(n string) string { return map[string]string{name: value}[n] })
		if !errors.Is(err, errUnreadableEnvironment) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := parseOptions([]string{"tunnel", "--config", written(t, "grace-period: x")}, func(string) string { return "" }); err == nil || err.Error() != `time: invalid duration "x"` {
		t.Error(err)
	}
	if o := parse(t, nil, "tunnel", "frobnicate", "--url", "x"); o.Command != "tunnel" || o.isSet("url") {
		t.Errorf("%+v", o)
	}
}

func TestUnreadableConfigurationFiles(t *testing.T) {
	getenv := func(string) string { return "" }
	if _, err := parseOptions([]string{"tunnel", "--config", "/nonexistent/c.yml"}, getenv); err == nil {
		t.Error("a missing file was accepted")
	}
	if _, err := parseOptions([]string{"tunnel", "--config", written(t, "url: [")}, getenv); err == nil {
		t.Error("invalid YAML was accepted")
	}
}

func TestIngress(t *testing.T) {
	o := parse(t, nil, "tunnel", "--config", written(t, `
url: http://ignored.invalid
originRequest: { connectTimeout: 3s }
ingress:
  - path: ^/rtc(/|$)
    service: http://livekit:7880
    originRequest: { connectTimeout: 7s }
  - hostname: radio.example.com
    service: http://icecast:8000
  - service: http_status:404
`))
	rules, err := buildIngress(o)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{"/rtc": 0, "/rtc/v1": 0, "/rtcx": 2, "/RTC": 2, "//rtc": 2, "/app/../rtc": 2} {
		if _, got := match(rules, "x.trycloudflare.com", path); got != want {
			t.Errorf("%s matched rule %d, not %d", path, got, want)
		}
	}
	if rules[0].ConnectTimeout != 7*time.Second || rules[1].ConnectTimeout != 3*time.Second {
		t.Errorf("connect timeouts %s, %s", rules[0].ConnectTimeout, rules[1].ConnectTimeout)
	}
}

func TestBadIngress(t *testing.T) {
	for ingress, want := range map[string]string{
		"[{path: /a, service: 'http://a'}]":                                   "The last ingress rule must match all URLs",
		"[{path: '^/a(', service: 'http://a'}, {service: 'http_status:404'}]": "Rule #1 has an invalid regex: error parsing regexp: missing closing ): `^/a(`",
		"[{service: 'http://a/path'}]":                                        "don't support proxying to a different path",
		"[{service: 'http://a/'}]":                                            "don't support proxying to a different path",
		"[{service: 'http_status:x'}]":                                        `invalid HTTP status code: strconv.Atoi: parsing "x": invalid syntax`,
		"[{service: 'http_status:99'}]":                                       "invalid HTTP status code: 99",
		"[{service: localhost}]":                                              "localhost is an invalid address, please make sure it has a scheme and a hostname",
		"[{service: 'http://a'}, {service: 'http_status:404'}]":               "Rule #1 is matching the hostname '', but this will match every hostname",
		"[{hostname: 'a.*.c', service: 'http://a'}, {service: 'http://b'}]":   "Hostname patterns can have at most one wildcard character",
		"[{hostname: 'a.c:80', service: 'http://a'}, {service: 'http://b'}]":  "Hostname cannot contain a port",
	} {
		o := parse(t, nil, "tunnel", "--config", written(t, "url: http://x\ningress: "+ingress))
		if _, err := buildIngress(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", ingress, err)
		}
	}
}

func TestConnectTimeoutNeedsAUnit(t *testing.T) {
	_, err := readFile(written(t, "ingress: [{service: 'http://a', originRequest: {connectTimeout: 7}}]"))
	if err == nil || !strings.HasSuffix(err.Error(), "yaml: unmarshal errors:\n  line 1: cannot unmarshal !!int `7` into time.Duration") {
		t.Error(err)
	}
}

func TestHostnamesOfRules(t *testing.T) {
	rules, err := buildIngress(parse(t, nil, "tunnel", "--config", written(t, `
ingress:
  - { hostname: radio.example.com, service: http_status:201 }
  - { hostname: "*.wild.com", service: http_status:202 }
  - { service: http_status:404 }
`)))
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]int{"radio.example.com": 0, "radio.example.com:443": 0, "RADIO.example.com": 2,
		"a.wild.com": 1, "b.a.wild.com": 1, "wild.com": 2} {
		if _, got := match(rules, host, "/"); got != want {
			t.Errorf("%s matched rule %d, not %d", host, got, want)
		}
	}
}

func TestURLOfASingleOrigin(t *testing.T) {
	for given, want := range map[string]string{"127.0.0.1:9003": "http://127.0.0.1:9003", "http://a:1/path": "http://a:1"} {
		rules, err := buildIngress(parse(t, nil, "tunnel", "--url", given))
		if err != nil || rules[0].Service.String() != want {
			t.Errorf("%s: %v %v", given, rules, err)
		}
	}
	if _, err := buildIngress(parse(t, nil, "tunnel", "--url", "http://a:90:03")); err == nil || err.Error() != "Error validating origin URL: URL http://a:90:03 has invalid format" {
		t.Error(err)
	}
}

func TestConfigIsShownFieldByField(t *testing.T) {
	o := parse(t, nil, "tunnel", "--url", "http://a:1")
	rules, _ := buildIngress(o)
	s := &Status{options: o, rules: rules, configVersion: -1}
	origin := `{"connectTimeout":30,"tlsTimeout":10,"tcpKeepAlive":30,"noHappyEyeballs":false,"keepAliveTimeout":90,"keepAliveConnections":100,"httpHostHeader":"","originServerName":"","matchSNItoHost":false,"caPool":"","noTLSVerify":false,"disableChunkedEncoding":false,"bastionMode":false,"proxyAddress":"127.0.0.1","proxyPort":0,"proxyType":"","ipRules":null,"http2Origin":false,"access":{"teamName":"","audTag":null}}`
	want := `{"version":-1,"config":{"ingress":[{"hostname":"","path":null,"service":"http://a:1","Handlers":null,"originRequest":` +
		origin + `}],"warp-routing":{},"originRequest":` + origin + `}}`
	if got := s.config(); got != want {
		t.Errorf("%s\n%s", got, want)
	}
}

func TestBackoffStaysWithinItsBounds(t *testing.T) {
	for retries, most := range map[int]time.Duration{0: 10 * time.Second, 1: 20 * time.Second, 5: 320 * time.Second} {
		b := Backoff{Base: 10 * time.Second, Retries: retries}
		for range 200 {
			if d := b.Next(); d >= most {
				t.Errorf("retries %d: %s", retries, d)
			}
		}
	}
	b := Backoff{Base: time.Second, Retries: 5}
	b.Reset()
	if !b.isFresh() || b.Announced() != time.Second || b.Next() >= 2*time.Second || b.Announced() != 4*time.Second {
		t.Errorf("%+v", b)
	}
}

// A connection that lasted long enough resets the backoff; a shorter one does not.
func TestLongConnectionResetsBackoff(t *testing.T) {
	b := Backoff{Base: 10 * time.Second, Retries: 5, n: 3}
	b.fresh = time.Now().Add(time.Hour)
	if b.Next(); b.n != 4 {
		t.Errorf("n is %d", b.n)
	}
	b.fresh = time.Now().Add(-time.Second)
	if b.Next(); b.n != 1 {
		t.Errorf("n is %d", b.n)
	}
	for range 100 {
		b.n = 1
		if b.GracePeriod(time.Now()); time.Until(b.fresh) > 80*time.Second {
			t.Error(b.fresh)
		}
	}
}

func TestLogForms(t *testing.T) {
	var text, encoded bytes.Buffer
	for out, form := range map[*bytes.Buffer]string{&text: "default", &encoded: "json"} {
		l := NewLogger(out, "warn", form)
		l.Info("hidden", nil)
		l.Error(os.ErrNotExist, "", Fields{"connIndex": 0, "a": "b c"})
	}
	if got := text.String()[21:]; got != "ERR  error=\"file does not exist\" a=\"b c\" connIndex=0\n" {
		t.Errorf("text %q", got)
	}
	if got := encoded.String(); !strings.HasPrefix(got, `{"a":"b c","connIndex":0,"error":"file does not exist","level":"error","time":"`) {
		t.Errorf("JSON %q", got)
	}
}
