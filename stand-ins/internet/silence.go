package main

import (
	"context"
	"io"
	"net"
	"net/http"
)

// connKey is the context key of a request's connection.
type connKey struct{}

func withConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// hang accepts and never responds. It reads the body, because only then Go notices that the visitor
// leaves.
func hang(r *http.Request) {
	io.Copy(io.Discard, io.LimitReader(r.Body, 1<<20))
	<-r.Context().Done()
}

// hangUp closes the whole connection without a response, also over HTTP/2, not only the stream.
func hangUp(r *http.Request) {
	if conn, ok := r.Context().Value(connKey{}).(net.Conn); ok {
		conn.Close()
	}
	panic(http.ErrAbortHandler)
}
