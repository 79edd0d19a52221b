package main

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

// newOrigin starts a server that echoes requests and streams on request.
func newOrigin(t *testing.T) *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("/headers", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "host=%s uri=%s\n", r.Host, r.RequestURI)
		r.Header.Write(w)
	})
	mux.HandleFunc("/stream", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", r.URL.Query().Get("type"))
		for i := range 3 {
			fmt.Fprintf(w, "data: %d\n\n", i)
			w.(http.Flusher).Flush()
			time.Sleep(150 * time.Millisecond)
		}
	})
	mux.HandleFunc("/upload", func(w http.ResponseWriter, r *http.Request) {
		http.NewResponseController(w).EnableFullDuplex()
		w.(http.Flusher).Flush()
		lines := bufio.NewScanner(r.Body)
		for lines.Scan() {
			fmt.Fprintf(w, "got %s\n", lines.Text())
			w.(http.Flusher).Flush()
		}
	})
	mux.HandleFunc("/hold", func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) { time.Sleep(time.Second) })
	mux.HandleFunc("/teapot", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(418) })
	mux.HandleFunc("/ws", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "websocket" || r.URL.Query().Get("token") == "" {
			http.Error(w, "no permission", 401)
			return
		}
		conn, rw, _ := w.(http.Hijacker).Hijack()
		defer conn.Close()
		io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\n")
		io.Copy(conn, rw)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.CloseClientConnections)
	return s
}

func TestRequestsReachTheOrigin(t *testing.T) {
	for _, protocol := range []string{"auto", "http2"} {
		n, _, url := tunnel(t, protocol, newOrigin(t).URL)
		resp, body := n.get(url + "/headers?a=b%20c")
		for _, want := range []string{"host=" + strings.TrimPrefix(url, "https://"), "uri=/headers?a=b%20c",
			"Cf-Warp-Tag-Id: ", "Cf-Connecting-Ip: 127.0.0.1", "X-Forwarded-For: 127.0.0.1", "X-Forwarded-Proto: https",
			`Cf-Visitor: {"scheme":"https"}`, "Cdn-Loop: cloudflare", "Cf-Ray: ", "Connection: keep-alive", "Accept-Encoding: gzip"} {
			if !strings.Contains(body, want) {
				t.Errorf("%s is missing in:\n%s", want, body)
			}
		}
		if resp.Header.Get("Server") != "cloudflare" || resp.Header.Get("Cf-Ray") == "" || resp.ProtoMajor != 2 {
			t.Errorf("%v", resp)
		}
		if resp, _ := n.get(url + "/teapot"); resp.StatusCode != 418 {
			t.Errorf("the origin's own status became %s", resp.Status)
		}
	}
}

// firstPiece returns how long a visitor waits for the first bytes of a response that lasts 450 ms.
func firstPiece(n *testNet, url string) time.Duration {
	began := time.Now()
	resp, err := n.visitor().Get(url)
	if err != nil {
		n.t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := resp.Body.Read(make([]byte, 10)); err != nil {
		n.t.Fatal(err)
	}
	return time.Since(began)
}

func TestStreamsPassPieceByPieceAndEventStreamsDoNot(t *testing.T) {
	n, _, url := tunnel(t, "http2", newOrigin(t).URL)
	if d := firstPiece(n, url+"/stream?type=audio/mpeg"); d > 140*time.Millisecond {
		t.Errorf("audio waited %s", d)
	}
	if d := firstPiece(n, url+"/stream?type=text/event-stream"); d < 400*time.Millisecond {
		t.Errorf("an event stream came after %s", d)
	}
	n.set(`{"holdEventStreams":false}`)
	if d := firstPiece(n, url+"/stream?type=text/event-stream"); d > 140*time.Millisecond {
		t.Errorf("an event stream waited %s", d)
	}
}

func TestUploadsStreamBothWays(t *testing.T) {
	n, _, url := tunnel(t, "auto", newOrigin(t).URL)
	in, out := io.Pipe()
	req, _ := http.NewRequest("POST", url+"/upload", in)
	resp, err := n.visitor().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answers := bufio.NewScanner(resp.Body)
	for _, word := range []string{"one", "two"} {
		fmt.Fprintln(out, word)
		if !answers.Scan() || answers.Text() != "got "+word {
			t.Fatalf("%q after %q", answers.Text(), word)
		}
	}
	out.Close()
}

// upgrade requests a WebSocket and returns the connection after the response's head.
func upgrade(n *testNet, url string) (net.Conn, *bufio.Reader, *http.Response) {
	n.t.Helper()
	host, path, _ := strings.Cut(strings.TrimPrefix(url, "https://"), "/")
	config := n.tls(host)
	config.NextProtos = []string{"http/1.1"}
	conn, err := tls.Dial("tcp", n.HTTPS.String(), config)
	if err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(5 * time.Second))
	fmt.Fprintf(conn, "GET /%s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: a2V5\r\nSec-WebSocket-Version: 13\r\n\r\n", path, host)
	reader := bufio.NewReader(conn)
	resp, err := http.ReadResponse(reader, nil)
	if err != nil {
		n.t.Fatal(err)
	}
	return conn, reader, resp
}

func TestWebSockets(t *testing.T) {
	for _, protocol := range []string{"auto", "http2"} {
		n, p, url := tunnel(t, protocol, newOrigin(t).URL)
		conn, reader, resp := upgrade(n, url+"/ws?token=x")
		if resp.StatusCode != 101 || resp.Header.Get("Sec-Websocket-Accept") != "x" {
			t.Fatalf("%v; log:\n%s", resp, p.log)
		}
		for _, word := range []string{"hello\n", "again\n"} {
			io.WriteString(conn, word)
			if got, err := reader.ReadString('\n'); got != word {
				t.Errorf("%q, %v", got, err)
			}
		}
		conn.Close()
		p.eventually("closed", time.Second, func() bool { return n.World.Tunnels()[0].InFlight == 0 })
		if p.logs("ERR") {
			t.Errorf("a closed WebSocket logs:\n%s", p.log)
		}
		if _, _, resp := upgrade(n, url+"/ws"); resp.StatusCode != 401 {
			t.Errorf("a refused upgrade became %s", resp.Status)
		}
		n.set(`{"webSocketIdleMs":200}`)
		_, reader, _ = upgrade(n, url+"/ws?token=x")
		if _, err := reader.ReadByte(); err == nil {
			t.Error("an idle WebSocket stays")
		}
	}
}

func TestOriginDown(t *testing.T) {
	for protocol, line := range map[string]string{
		"http2": `ERR failed to serve incoming request error="Failed to proxy HTTP: Unable to reach`,
		"auto":  `ERR Request failed error="Unable to reach.*dest=http://[^ ]+/rtc\?access_token=SECRET`,
	} {
		n, p, url := tunnel(t, protocol, "http://127.0.0.1:1")
		resp, body := n.get(url + "/rtc?access_token=SECRET")
		if resp.StatusCode != 502 || !strings.Contains(body, "error code: 502") || resp.Header.Get("Cf-Error-Type") == "" {
			t.Errorf("%v %s", resp, body)
		}
		if _, _, resp := upgrade(n, url+"/rtc"); resp.StatusCode != 502 {
			t.Errorf("WebSocket: %s", resp.Status)
		}
		if !p.logs(line) || !p.logs(`ERR  error="Unable to reach the origin service\. The service may be down or it may not be responding to traffic from cloudflared: dial tcp 127\.0\.0\.1:1: connect: connection refused" connIndex=0 event=1 ingressRule=0 originService=http://127\.0\.0\.1:1\n`) {
			t.Errorf("log:\n%s", p.log)
		}
	}
}

func TestVisitorLeavingIsLoggedAndCancelsTheOrigin(t *testing.T) {
	n, p, url := tunnel(t, "http2", newOrigin(t).URL)
	resp, err := n.visitor().Get(url + "/hold")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	p.eventually("logged", time.Second, func() bool { return p.logs(`ERR  error="context canceled"`) })
}

func TestLimits(t *testing.T) {
	n, _, url := tunnel(t, "auto", newOrigin(t).URL)
	n.set(`{"inFlightLimit":2,"originTimeoutMs":300}`)
	if resp, _ := n.get(url + "/slow"); resp.StatusCode != 524 {
		t.Errorf("a slow origin: %s", resp.Status)
	}
	n.set(`{"originTimeoutMs":0}`)
	if resp, _ := n.get(url + "/teapot"); resp.StatusCode != 524 {
		t.Errorf("no time at all: %s", resp.Status)
	}
	n.set(`{"originTimeoutMs":300}`)
	for range 2 {
		resp, err := n.visitor().Get(url + "/hold")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
	}
	if resp, body := n.get(url + "/teapot"); resp.StatusCode != 429 || strings.Contains(body, "1015") {
		t.Errorf("above the limit: %s %s", resp.Status, body)
	}
}

func TestNamesWithoutATunnelAndTakeovers(t *testing.T) {
	n, p, url := tunnel(t, "auto", newOrigin(t).URL)
	host := strings.TrimPrefix(url, "https://")
	expect := func(address string, status int, text string) {
		t.Helper()
		if resp, body := n.get(address); resp.StatusCode != status || !strings.Contains(body, text) {
			t.Errorf("%s: %s %s", address, resp.Status, body)
		}
	}
	expect("https://never-was-any-here.trycloudflare.com/", 530, "error code: 1016")
	expect(url+"/cdn-cgi/trace", 200, "colo=")
	n.control("PUT", "/tunnels/"+host+"/takeover", `{"headers":{"X-Sidelink-Instance":"stranger"},"body":"mine now"}`)
	expect(url+"/teapot", 200, "mine now")
	n.control("DELETE", "/tunnels/"+host+"/takeover", "")
	expect(url+"/teapot", 418, "")
	n.set(`{"filter":{"status":403,"body":"blocked by your provider"}}`)
	expect(url+"/", 403, "blocked by your provider")
	n.set(`{"filter":null,"certificates":{"*.trycloudflare.com":"*.safezone.mcafee.com"}}`)
	if _, err := n.visitor().Get(url); err == nil || !strings.Contains(err.Error(), "safezone.mcafee.com") {
		t.Errorf("certificate of a filter: %v", err)
	}
	n.set(`{"certificates":null}`)
	p.cmd.Process.Kill()
	p.exit(time.Second)
	p.eventually("gone", time.Second, func() bool { return len(n.World.Tunnels()[0].connectors) == 0 })
	expect(url+"/", 530, "error code: 1033")
	n.control("POST", "/tunnels/"+host+"/forget", "")
	expect(url+"/", 530, "error code: 1016")
}

func TestALostTunnelCutsItsWebSockets(t *testing.T) {
	for _, protocol := range []string{"auto", "http2"} {
		n, p, url := tunnel(t, protocol, newOrigin(t).URL)
		conn, reader, _ := upgrade(n, url+"/ws?token=x")
		n.control("POST", "/tunnels/"+p.hostname()+"/drop", "")
		conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		if _, err := reader.ReadByte(); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s: the visitor's WebSocket outlives the tunnel's connection: %v", protocol, err)
		}
	}
}

func TestAVisitorsConnectionCloseKeepsTheTunnel(t *testing.T) {
	n, _, link := tunnel(t, "auto", newOrigin(t).URL)
	client := n.visitor()
	client.Transport.(*http.Transport).ForceAttemptHTTP2 = false // there is no Connection: close in HTTP/2
	for range 2 {
		req, _ := http.NewRequest("GET", link+"/teapot", nil)
		req.Close = true
		resp, err := client.Do(req)
		if err != nil || resp.StatusCode != 418 {
			t.Fatal(resp, err)
		}
		resp.Body.Close()
	}
}
