// Command ngrok stands in for ngrok's agent, version 3, on test machines where the real one and its
// service are not available: its configuration files, its API on port 4040, its messages and exit
// codes, as far as they are published. It connects only to the stand-in for ngrok's edge.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
)

const version = "3.39.6"

const usage = "NAME:\n  ngrok - tunnel local ports to public URLs and inspect traffic\n\nUSAGE:\n  ngrok start --all [--config file]...\n  ngrok version"

func main() {
	a, err := parseArguments(os.Args[1:])
	switch {
	case err != nil:
	case a.command == "version":
		fmt.Println("ngrok version " + version)
		return
	case a.command != "start":
		fmt.Println(usage)
		return
	default:
		err = start(a)
	}
	if err != nil {
		explain(os.Stderr, err)
		os.Exit(1)
	}
}

// start runs until a signal (exit code 0) or a permanent refusal of the service.
func start(a arguments) error {
	config, err := readConfig(a.files, os.Getenv)
	if err != nil {
		return err
	}
	log, err := openLog(config.Agent)
	if err != nil {
		return err
	}
	for _, file := range a.files {
		log.info("open config file", "path", file, "err", "<nil>")
	}
	if len(config.Endpoints) == 0 {
		return errors.New("you must specify at least one tunnel to start")
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	agent := &Agent{config: config, log: log, status: statusConnecting}
	if config.Agent.WebAddr != "false" {
		listener, err := net.Listen("tcp", config.Agent.WebAddr)
		if err != nil {
			return fmt.Errorf("failed to start web service: %w", err)
		}
		log.info("starting web service", "obj", "web", "addr", config.Agent.WebAddr, "allow_hosts", fmt.Sprint(config.Agent.WebAllowHosts))
		go http.Serve(listener, agent.api())
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- agent.run(ctx) }()
	select {
	case got := <-signals:
		log.info("received stop request", "obj", "app", "stopReq", fmt.Sprintf("{err:<nil> restart:false} (%s)", got))
		return nil
	case err := <-done:
		log.line("eror", "terminating with error", "obj", "app", "err", err.Error())
		log.line("crit", "command failed", "err", err.Error())
		return err
	}
}
