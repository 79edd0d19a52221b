package main

import (
	"context"
	"io"
	"net"
	"net/http"
)

// connKey is where a request's context holds the connection that it came over.
type connKey struct{}

func withConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// hang accepts and never answers. The body is read, for otherwise nobody would see the visitor leave.
func hang(r *http.Request) {
	io.Copy(io.Discard, io.LimitReader(r.Body, 1<<20))
	<-r.Context().Done()
}

// hangUp closes the whole connection without an answer, which over HTTP/2 is more than the end of a stream.
func hangUp(r *http.Request) {
	if conn, ok := r.Context().Value(connKey{}).(net.Conn); ok {
		conn.Close()
	}
	panic(http.ErrAbortHandler)
}
