// Command cloudflared stands in for cloudflare/cloudflared 2026.8.2 on test machines where the real
// one cannot be had: same flags, environment, file, words, exit codes and metrics server, as far as
// they are recorded. It speaks to the stand-in for the edge only.
package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

const version = "2026.8.2"

const notQuick = "You did not specify any valid additional argument to the cloudflared tunnel command. \n\n" +
	"If you are trying to run a Quick Tunnel then you need to explicitly pass the --url flag. \n" +
	"Eg. cloudflared tunnel --url localhost:8080/. "

func main() {
	o, err := parseOptions(os.Args[1:], os.Getenv)
	if err == nil {
		err = run(o)
	}
	if errors.Is(err, errBadToken) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(255)
	}
	if err != nil {
		if strings.HasPrefix(err.Error(), "flag provided but not defined") {
			fmt.Printf("Incorrect Usage: %s\n\n", err)
		}
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(o *Options) error {
	commands := o.Commands
	if len(commands) > 0 && commands[0] == "tunnel" {
		commands = commands[1:]
	}
	switch strings.Join(commands, " ") {
	case "version":
		fmt.Printf("cloudflared version %s (built for tests: a stand-in)\n", version)
		return nil
	case "ready":
		return ready(o)
	case "run":
		return runNamed(o)
	case "":
		return runQuick(o)
	default:
		return fmt.Errorf("unknown command %q: the stand-in has tunnel, tunnel run, tunnel ready, version", strings.Join(commands, " "))
	}
}

// runQuick asks for a hostname first. Signals are left to the runtime until it is there, which is
// why a stop during a hanging request kills the process at once.
func runQuick(o *Options) error {
	if !o.isSet("url") && o.get("hello-world") != "true" {
		return errors.New(notQuick)
	}
	log := NewLogger(os.Stderr, o.get("loglevel"), o.get("output"))
	tunnel, err := requestQuickTunnel(log, o.get("quick-service"))
	if err != nil {
		return err
	}
	announce(log, tunnel.Hostname)
	if !o.isSet("protocol") {
		o.values["protocol"] = protocolQUIC // forced: no fallback, ever
	}
	o.values["ha-connections"] = "1"
	rules, err := buildIngress(o)
	if err != nil {
		return err
	}
	return serve(o, log, tunnel, rules)
}

func runNamed(o *Options) error {
	tunnel, err := namedTunnel(o)
	if err != nil {
		return err
	}
	log := NewLogger(os.Stderr, o.get("loglevel"), o.get("output"))
	rules, err := compileIngress([]IngressEntry{{Service: "http_status:503"}}, OriginRequest{})
	if err != nil {
		return err
	}
	return serve(o, log, tunnel, rules)
}

// serve is the life after the hostname is known: metrics server, edge, stop.
func serve(o *Options, log *Logger, tunnel Tunnel, rules []*Rule) error {
	if !slices.Contains([]string{"auto", protocolQUIC, protocolHTTP2}, o.get("protocol")) {
		return fmt.Errorf("unknown protocol %s, Available protocols: 'auto' - automatically chooses the best protocol over time (the default; and also the recommended one); 'quic' - based on QUIC, relying on UDP egress to Cloudflare edge; 'http2' - using Go's HTTP2 library, relying on TCP egress to Cloudflare edge", o.get("protocol"))
	}
	log.Info(fmt.Sprintf("Version %s (Checksum %s)", version, checksum()), nil)
	log.Info(o.settingsLine(), nil)
	if line := environmentLine(); line != "" {
		log.Info(line, nil)
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	status := &Status{tunnel: tunnel, connectorID: newConnectorID(), rules: rules, configVersion: -1,
		byCode: map[int]int{}, options: o}
	log.Info("Generated Connector ID: "+status.connectorID, nil)
	supervisor := NewSupervisor(o, log, status, tunnel)
	log.Info("Initial protocol "+supervisor.protocol, nil)
	listener, err := listenMetrics(o.get("metrics"))
	if err != nil {
		log.Error(err, "Error opening metrics server listener", nil)
		return fmt.Errorf("Error opening metrics server listener: %w", err)
	}
	log.Info(fmt.Sprintf("Starting metrics server on %s/metrics", listener.Addr()), nil)
	go http.Serve(listener, status.handler())
	done := make(chan error, 1)
	go func() { done <- supervisor.Run(context.Background()) }()
	select {
	case err := <-done:
		log.Error(err, "Initiating shutdown", nil)
		return err
	case got := <-signals:
		signal.Reset() // a second signal kills at once
		log.Info(fmt.Sprintf("Initiating graceful shutdown due to signal %s ...", got), nil)
		return stop(o, log, supervisor, status, done)
	}
}

// stop says goodbye to the edge and waits, at most the grace period, for its end.
func stop(o *Options, log *Logger, s *Supervisor, status *Status, done <-chan error) error {
	status.update(func(s *Status) { s.ready = 0 })
	close(s.stopping)
	grace, err := o.gracePeriod()
	if err != nil {
		return err
	}
	select {
	case <-done:
	case <-time.After(grace):
		s.cut()
	}
	log.Info("Tunnel server stopped", nil)
	log.Info("Metrics server stopped", nil)
	return nil
}

func newConnectorID() string {
	b := make([]byte, 16)
	rand.Read(b)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

func checksum() string {
	path, err := os.Executable()
	if err != nil {
		return ""
	}
	content, _ := os.ReadFile(path)
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
