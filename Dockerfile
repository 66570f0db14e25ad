# An image of `argus`: detect, verify, serve, keys, audit, doctor, and no libtorch (docs/operating.md).
#
#   docker build -t argus .
#   docker run --read-only --tmpfs /tmp -v argus-data:/data -p 127.0.0.1:8080:8080 argus
#
# .NET's image has what compiles; the program brings its own runtime and needs only Debian's libraries.
ARG SDK_IMAGE=mcr.microsoft.com/dotnet/sdk:10.0
ARG RUNTIME_IMAGE=debian:bookworm-slim

FROM ${SDK_IMAGE} AS build
# cpu, or cuda for NVIDIA's GPUs. For cuda RUNTIME_IMAGE must have CUDA 12 and cuDNN 9.
ARG ONNX_BACKEND=cpu
ENV DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
WORKDIR /source
COPY . .
RUN case "$ONNX_BACKEND" in cpu|cuda) ;; *) echo "ONNX_BACKEND is cpu or cuda, not '$ONNX_BACKEND'" >&2; exit 2 ;; esac \
    && dotnet publish src/Argus.Tool/Argus.Tool.csproj -c Release -r linux-x64 --self-contained \
        -p:OnnxBackend="$ONNX_BACKEND" -o /publish

FROM ${RUNTIME_IMAGE}
# ffmpeg decodes; GTK and libdrm are what OpenCV's library links to; OpenSSL is for TLS to PostgreSQL; curl asks for the
# health below.
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        ca-certificates curl ffmpeg libatomic1 libdrm2 libgtk-3-0 libssl3 libstdc++6 \
    && apt-get clean \
    && rm -rf /var/lib/apt/lists/*
# A user without a name, so that Kubernetes can see that it is not root. A new volume at /data becomes theirs.
RUN install -d -o 10001 -g 10001 -m 0750 /data
COPY --from=build /publish /opt/argus
RUN ln -s /opt/argus/argus-tool /usr/local/bin/argus
# The starter; a folder of your own mounted here takes its place.
COPY --from=build /publish/models/starter /models
# Nothing is written outside /data and /tmp: .NET's sockets for debuggers would be.
ENV HOME=/tmp \
    DOTNET_EnableDiagnostics=0 \
    ARGUS_URL=http://0.0.0.0:8080 \
    ARGUS_DATA=/data \
    ARGUS_MODELS=/models
USER 10001:10001
WORKDIR /data
VOLUME ["/data"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:8080/health/ready"]
ENTRYPOINT ["argus"]
CMD ["serve"]
