# bore forwards a TCP port to a server of its kind (https://github.com/ekzhang/bore, MIT).
FROM rust:1.95-slim-trixie AS build
RUN --mount=type=cache,target=/usr/local/cargo/registry,id=sidelink-crates,sharing=locked \
    target="$(rustc -vV | sed -n 's/^host: //p')" \
    && RUSTFLAGS="-C target-feature=+crt-static" cargo install --locked --root /out --target "$target" bore-cli@0.6.0

FROM scratch
COPY --from=build /out/bin/bore /bin/bore
USER 60803:60803
ENTRYPOINT ["/bin/bore"]
