package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"sidelink/stand-ins/internal/wire"
)

func TestHeadersOfAnOriginsResponse(t *testing.T) {
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Content-Type"] = nil
		w.Header().Set("X-Origin", "y")
		w.Header().Set("Cf-Int-X", "n")
		w.Header().Set("Cf-Cloudflared-X", "n")
		w.Header().Set("Trailer", "X-T")
		io.WriteString(w, "abc")
		w.Header().Set("X-T", "v")
	}))
	defer origin.Close()
	for protocol, trailer := range map[string]string{protocolHTTP2: "v", protocolQUIC: ""} {
		o := parse(t, nil, "tunnel", "--url", origin.URL)
		rules, err := buildIngress(o)
		if err != nil {
			t.Fatal(err)
		}
		s := &Status{rules: rules, byCode: map[int]int{}}
		w := httptest.NewRecorder()
		(&Proxy{status: s, log: NewLogger(io.Discard, "info", "default"), protocol: protocol}).ServeHTTP(w, httptest.NewRequest("GET", "/x", nil))
		resp := w.Result()
		if h := resp.Header; h.Get("X-Origin") != "y" || h["Content-Type"] != nil || h["Cf-Int-X"] != nil || h["Cf-Cloudflared-X"] != nil || h.Get(wire.MetaHeader) != wire.MetaOrigin {
			t.Errorf("%s: %v", protocol, h)
		}
		if got := resp.Trailer.Get("X-T"); got != trailer || s.byCode[200] != 1 {
			t.Errorf("%s: trailer %q, counted %v", protocol, got, s.byCode)
		}
	}
}

func TestLogOfAVisitorWhoLeft(t *testing.T) {
	ctx, leave := context.WithCancel(context.Background())
	r := httptest.NewRequest("GET", "/", nil).WithContext(ctx)
	if err := (&Proxy{protocol: protocolHTTP2}).cancelled(r, io.ErrUnexpectedEOF); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("the visitor is still connected: %v", err)
	}
	leave()
	for protocol, want := range map[string]string{protocolHTTP2: "context canceled", protocolQUIC: "stream 1 canceled by remote with error code 0"} {
		if err := (&Proxy{protocol: protocol}).cancelled(r, io.EOF); err.Error() != want {
			t.Errorf("%s: %v", protocol, err)
		}
	}
}
