package main

import (
	"bytes"
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

func TestFlagBeatsEnvironmentBeatsFile(t *testing.T) {
	file := written(t, "metrics: file:1\nprotocol: quic\ngrace-period: 5s\nmax-edge-addr-retries: 0\nno-autoupdate: true\n")
	o := parse(t, map[string]string{"TUNNEL_METRICS": "env:1", "TUNNEL_TRANSPORT_PROTOCOL": "http2"},
		"--no-autoupdate", "tunnel", "--config", file, "--metrics", "flag:1", "ready")
	for name, want := range map[string]string{"metrics": "flag:1", "protocol": "http2", "grace-period": "5s",
		"max-edge-addr-retries": "8", "loglevel": "info"} {
		if got := o.get(name); got != want {
			t.Errorf("%s is %q, not %q", name, got, want)
		}
	}
	if got := strings.Join(o.Commands, " "); got != "tunnel ready" {
		t.Errorf("commands %q", got)
	}
}

func TestWhatTheFileMayNotBe(t *testing.T) {
	getenv := func(string) string { return "" }
	if _, err := parseOptions([]string{"tunnel", "--config", "/nonexistent/c.yml"}, getenv); err == nil {
		t.Error("a named file that is not there")
	}
	if _, err := parseOptions([]string{"tunnel", "--config", written(t, "url: [")}, getenv); err == nil {
		t.Error("broken YAML")
	}
}

func TestIngress(t *testing.T) {
	o := parse(t, nil, "tunnel", "--config", written(t, `
url: http://ignored.invalid
originRequest: { connectTimeout: 3s }
ingress:
  - path: ^/rtc(/|$)
    service: http://livekit:7880
    originRequest: { connectTimeout: 7 }
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
		"[{service: 'http_status:x'}]":                                        "invalid HTTP status code",
	} {
		o := parse(t, nil, "tunnel", "--config", written(t, "url: http://x\ningress: "+ingress))
		if _, err := buildIngress(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", ingress, err)
		}
	}
}

func TestURLWithoutScheme(t *testing.T) {
	rules, err := buildIngress(parse(t, nil, "tunnel", "--url", "127.0.0.1:9003"))
	if err != nil || rules[0].Service.String() != "http://127.0.0.1:9003" {
		t.Errorf("%v %v", rules, err)
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
	if b.Announced() != time.Second || b.Next() >= 2*time.Second || b.Announced() != 4*time.Second {
		t.Errorf("%+v", b)
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
