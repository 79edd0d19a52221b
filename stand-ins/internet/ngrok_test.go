package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	ngrokHost  = "quiet-otter-radio.ngrok-free.dev"
	goodToken  = "2aBcDeFgHiJkLmNoPqRsTuVwXyZ_4wXyZaBcDeFgHiJkLmNoPq"
	phoneAgent = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"
)

// ngrok starts the agent with two files, as Compose does: one with the endpoint, one with the
// token.
func (n *testNet) ngrok(token, endpoints string) *process {
	n.t.Helper()
	api, folder := freeAddress(n.t), n.t.TempDir()
	writeFile(n.t, folder+"/ngrok.yml", "version: 3\nagent:\n  web_addr: "+api+"\n  update_check: false\n  log: stdout\n  log_format: logfmt\n"+
		"  connect_url: "+n.HTTPS.String()+"\n  connect_cas: "+n.ca+"\nendpoints:\n"+endpoints)
	writeFile(n.t, folder+"/token.yml", "version: \"3\"\nagent:\n  authtoken: "+token+"\n")
	return n.start(agent, api, []string{"start", "--all", "--config", folder + "/ngrok.yml", "--config", folder + "/token.yml"}, nil)
}

func endpointTo(upstream string) string {
	return "  - name: sidelink\n    url: \"\"\n    upstream:\n      url: " + upstream + "\n    traffic_policy:\n      on_http_request:\n" +
		"        - actions:\n            - {type: remove-headers, config: {headers: [CF-Connecting-IP]}}\n" +
		"            - {type: add-headers, config: {headers: {CF-Connecting-IP: \"${conn.client_ip}\"}}}\n"
}

func (p *process) isOnline() bool {
	_, body := p.ask("/api/status")
	return strings.Contains(body, `"status":"online"`)
}

// online starts an agent for an upstream and returns its URL.
func (n *testNet) online(upstream string) (*process, string) {
	n.t.Helper()
	p := n.ngrok(goodToken, endpointTo(upstream))
	p.eventually("online", 5*time.Second, p.isOnline)
	return p, "https://" + ngrokHost
}

// as sends a request with a User-Agent and additional headers.
func (n *testNet) as(agent, url string, headers ...string) *http.Response {
	n.t.Helper()
	req, _ := http.NewRequest("GET", url, nil)
	req.Header.Set("User-Agent", agent)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := n.visitor().Do(req)
	if err != nil {
		n.t.Fatal(err)
	}
	resp.Body.Close()
	return resp
}

func TestNgrokAgentsAPI(t *testing.T) {
	n := startInternet(t)
	p, url := n.online(newOrigin(t).URL)
	var list struct {
		Endpoints []struct {
			Name, URL string
			Upstream  struct{ URL string }
		}
	}
	_, body := p.ask("/api/endpoints")
	if err := json.Unmarshal([]byte(body), &list); err != nil || len(list.Endpoints) != 1 || list.Endpoints[0].URL != url || list.Endpoints[0].Name != "sidelink" {
		t.Errorf("%v %s", err, body)
	}
	if _, body := p.ask("/api/tunnels"); !strings.Contains(body, `"public_url":"`+url+`"`) || !strings.Contains(body, `"uri":"/api/tunnels"`) {
		t.Error(body)
	}
	if status, _ := p.ask("/api/endpoints/missing"); status != 404 {
		t.Errorf("an unknown endpoint: %d", status)
	}
	if !p.logs(`lvl=info msg="started tunnel" obj=tunnels name=sidelink addr=http://127.0.0.1:\d+ url=` + url) {
		t.Errorf("log:\n%s", p.log)
	}
	p.cmd.Process.Signal(syscall.SIGTERM)
	if code := p.exit(2 * time.Second); code != 0 {
		t.Errorf("exit %d", code)
	}
	n.set(`{"ngrokOldAgent":true}`)
	p, _ = n.online(newOrigin(t).URL)
	if status, _ := p.ask("/api/endpoints"); status != 404 {
		t.Errorf("an older agent's /api/endpoints: %d", status)
	}
	if status, _ := p.ask("/api/tunnels"); status != 200 {
		t.Errorf("its /api/tunnels: %d", status)
	}
}

func TestNgrokRefusesAnAgent(t *testing.T) {
	n := startInternet(t)
	for code := range ngrokRefusals {
		n.set(`{"ngrokAgent":"` + code + `"}`)
		n.refuses(code, n.ngrok(goodToken, endpointTo("http://127.0.0.1:1")))
	}
	n.set(`{"ngrokAgent":""}`)
	n.refuses("4018", n.ngrok(`""`, endpointTo("http://127.0.0.1:1")))
	n.refuses("105", n.ngrok("nonsense", endpointTo("http://127.0.0.1:1")))
	n.refuses("15002", n.ngrok(goodToken, "  - name: own\n    url: https://radio.example.com\n    upstream: {url: 1}\n"))
	n.online("http://127.0.0.1:1")
	n.refuses("334", n.ngrok(goodToken, endpointTo("http://127.0.0.1:1")))
}

func TestNgrokSetsTheVisitorsAddress(t *testing.T) {
	n := startInternet(t)
	heard := make(chan http.Header, 1)
	origin := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { heard <- r.Header }))
	defer origin.Close()
	_, url := n.online(origin.URL)
	n.as("curl/8.5.0", url+"/", "CF-Connecting-IP", "6.6.6.6", "X-Forwarded-For", "7.7.7.7")
	if h := <-heard; h.Get("Cf-Connecting-Ip") != "127.0.0.1" || h.Get("X-Forwarded-For") != "7.7.7.7, 127.0.0.1" || h.Get("X-Forwarded-Host") != ngrokHost {
		t.Errorf("%v", h)
	}
}

func (n *testNet) refuses(code string, p *process) {
	n.t.Helper()
	if exit := p.exit(5 * time.Second); exit != 1 {
		n.t.Errorf("%s: exit %d", code, exit)
	}
	end := fmt.Sprintf("ERROR:  \nERROR:  ERR_NGROK_%s\nERROR:  https://ngrok.com/docs/errors/err_ngrok_%s\nERROR:  \n", code, code)
	if !strings.HasSuffix(p.log.String(), end) || !p.logs(`lvl=crit msg="command failed" err="(authentication failed|failed to start tunnel): `) || p.logs(`%!`) {
		n.t.Errorf("%s: log:\n%s", code, p.log)
	}
}

func TestNgroksWarningIsForBrowsers(t *testing.T) {
	n := startInternet(t)
	_, url := n.online(newOrigin(t).URL)
	for _, row := range []struct {
		who, agent string
		headers    []string
		status     int
		code       string
	}{
		{"a browser", phoneAgent, nil, 200, "ERR_NGROK_6024"},
		{"a script of a page", phoneAgent, []string{"Accept", "application/json"}, 200, "ERR_NGROK_6024"},
		{"a visitor who clicked", phoneAgent, []string{"Cookie", warningCookie + "=" + ngrokHost}, 418, ""},
		{"a visitor who clicked on another host", phoneAgent, []string{"Cookie", warningCookie + "=other.ngrok-free.dev"}, 200, "ERR_NGROK_6024"},
		{"a request with the header", phoneAgent, []string{"ngrok-skip-browser-warning", "1"}, 418, ""},
		{"a program", "curl/8.5.0", nil, 418, ""},
	} {
		resp := n.as(row.agent, url+"/teapot", row.headers...)
		if resp.StatusCode != row.status || resp.Header.Get("Ngrok-Error-Code") != row.code {
			t.Errorf("%s: %s %q", row.who, resp.Status, resp.Header.Get("Ngrok-Error-Code"))
		}
	}
	n.set(`{"ngrokWarning":false}`)
	if resp := n.as(phoneAgent, url+"/teapot"); resp.StatusCode != 418 {
		t.Errorf("without a warning: %s", resp.Status)
	}
}

func TestNgroksErrorPages(t *testing.T) {
	n := startInternet(t)
	is := func(what, url, code string, status int) {
		t.Helper()
		resp := n.as("curl/8.5.0", url)
		if resp.StatusCode != status || resp.Header.Get("Ngrok-Error-Code") != "ERR_NGROK_"+code || resp.Header.Get("Cf-Ray") != "" {
			t.Errorf("%s: %s %v", what, resp.Status, resp.Header)
		}
	}
	is("offline", "https://"+ngrokHost+"/", "3200", 404)
	p, url := n.online("http://127.0.0.1:1")
	is("the upstream refuses", url+"/", "8012", 502)
	for code, page := range ngrokPages {
		n.set(`{"ngrokVisitors":"` + code + `"}`)
		is("switched to", url+"/", code, page.status)
	}
	n.set(`{"ngrokVisitors":""}`)
	p.cmd.Process.Kill()
	p.exit(time.Second)
	p.eventually("offline again", 2*time.Second, func() bool { return n.as("curl/8.5.0", url+"/").StatusCode == 404 })
	n.online("http://" + notHTTP(t))
	is("no HTTP", url+"/", "3004", 502)
}

// The agent reconnects automatically under the same name; WebSockets pass.
func TestNgrokReconnects(t *testing.T) {
	n := startInternet(t)
	p, url := n.online(newOrigin(t).URL)
	if _, _, resp := upgrade(n, url+"/ws?token=x"); resp.StatusCode != 101 {
		t.Fatalf("upgrade: %s", resp.Status)
	}
	n.control("POST", "/tunnels/"+ngrokHost+"/drop", "")
	p.eventually("lost", 2*time.Second, func() bool { return p.logs(`lvl=eror msg="session closed, starting reconnect loop"`) })
	p.eventually("online again", 5*time.Second, p.isOnline)
	if resp := n.as("curl/8.5.0", url+"/teapot"); resp.StatusCode != 418 {
		t.Errorf("%s", resp.Status)
	}
	n.set(`{"ngrokAgent":"107"}`)
	n.control("POST", "/tunnels/"+ngrokHost+"/drop", "")
	n.refuses("107", p)
}

// notHTTP starts a server that responds with text that is not HTTP.
func notHTTP(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			fmt.Fprint(conn, "220 this is mail\r\n")
			conn.Close()
		}
	}()
	return l.Addr().String()
}
