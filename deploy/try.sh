#!/usr/bin/env bash
# Tries what this folder holds, without Docker and without a cluster: builds the image on a Debian of its own, runs it
# read-only, then compose.yaml, the pods of kubernetes/ and argus.service, and has each judge a video over HTTP.
#
#   apt-get install podman buildah runc debootstrap catatonit netavark aardvark-dns iptables podman-compose
#   deploy/try.sh VIDEO [image|compose|pods|unit]...        as root; the base and the image are made when missing
#
# ARGUS_TRY names the folder of its images (without it one that is deleted at the end; 10 GB). It needs the .NET SDK,
# Debian's and NuGet's packages, port 18080, and takes ten minutes.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
[ $# -gt 0 ] || { sed -n 2,9p "$0"; exit 2; }
video=$(realpath "$1"); shift
steps=${*:-image compose pods unit}
for program in podman buildah runc debootstrap catatonit podman-compose dotnet; do
  command -v "$program" >/dev/null || { echo "$program is not installed (see the head of $0)" >&2; exit 2; }
done

work=${ARGUS_TRY:-$(mktemp -d)}
mkdir -p "$work/secrets"
# systemd's way to count is not everywhere, nor may everybody raise limits.
cat >"$work/containers.conf" <<END
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
network_config_dir = "$work/networks"
END
cat >"$work/storage.conf" <<END
[storage]
driver = "vfs"
graphroot = "$work/store"
runroot = "$work/run"
END
export CONTAINERS_CONF=$work/containers.conf CONTAINERS_STORAGE_CONF=$work/storage.conf
export BUILDAH_ISOLATION=chroot ARGUS_TAG=try POSTGRES_IMAGE=localhost/postgres:try ARGUS_PORT=18080
# Timers of health checks need systemd; the checks are asked for by hand below.
quiet() { "$@" 2> >(grep -v -e systemd -e syslog >&2); }
clean() {
  quiet podman pod rm --all --force >/dev/null; quiet podman rm --all --force --volumes >/dev/null
  podman volume rm --all --force >/dev/null; podman secret rm --all >/dev/null; podman network prune --force >/dev/null
}
finish() { clean; rm -rf "$work/secrets"; [ -n "${ARGUS_TRY:-}" ] || rm -rf "$work"; }
trap finish EXIT
say() { echo "$(date +%T) $*"; }
must() { # WHAT COMMAND...
  local what=$1; shift
  for _ in $(seq 60); do if "$@" >"$work/last" 2>&1; then say "ok: $what"; return; fi; sleep 1; done
  say "FAILED: $what"; cat "$work/last"; exit 1
}
build() { quiet buildah bud --format docker "$@" >"$work/build.log" || { tail -20 "$work/build.log"; exit 1; }; }
exists() { podman image exists "localhost/$1"; }

# What the official images are made of: Debian's smallest system, and the same with .NET's SDK.
base() {
  exists base:try && return
  say "a Debian to stand on"
  debootstrap --variant=minbase bookworm "$work/debian" >"$work/debootstrap.log"
  tar -C "$work/debian" -c . | podman import - localhost/base:try >/dev/null 2>&1
  rm -rf "$work/debian"
  local sdk; sdk=$(buildah from localhost/base:try)
  buildah run "$sdk" -- sh -c 'apt-get update && apt-get install -y --no-install-recommends ca-certificates \
    libssl3 libstdc++6 zlib1g' >"$work/sdk.log" 2>&1
  buildah copy -q "$sdk" "$(dirname "$(readlink -f "$(command -v dotnet)")")" /usr/share/dotnet >/dev/null
  buildah copy -q "$sdk" /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt >/dev/null
  buildah run "$sdk" -- ln -s /usr/share/dotnet/dotnet /usr/bin/dotnet
  buildah config --env DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 --env NUGET_CERT_REVOCATION_MODE=offline \
    --env SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt "$sdk"
  buildah commit -q --rm "$sdk" localhost/sdk:try >/dev/null
}
image() {
  exists argus:try && return
  base
  say "the image of Dockerfile"
  build --build-arg SDK_IMAGE=localhost/sdk:try --build-arg RUNTIME_IMAGE=localhost/base:try -t localhost/argus:try \
    "${ARGUS_TRY_CONTEXT:-$root}"
}
# PostgreSQL with the variables and the volume of the official image.
postgres() {
  exists postgres:try && return
  image
  say "an image of PostgreSQL"
  mkdir -p "$work/postgres"
  cat >"$work/postgres/start" <<'END'
#!/bin/bash
set -e
data=/var/lib/postgresql/data
as() { setpriv --reuid=postgres --regid=postgres --init-groups "$@"; }
chown postgres:postgres $data && chmod 700 $data
if [ ! -s $data/PG_VERSION ]; then
  install -o postgres -m 0400 "$POSTGRES_PASSWORD_FILE" /tmp/password
  as initdb -D $data -U "$POSTGRES_USER" --pwfile=/tmp/password --auth-host=scram-sha-256 --auth-local=trust
  echo "host all all all scram-sha-256" >>$data/pg_hba.conf
  as postgres --single -D $data postgres <<<"CREATE DATABASE $POSTGRES_DB"
fi
exec setpriv --reuid=postgres --regid=postgres --init-groups postgres -D $data -c listen_addresses='*'
END
  cat >"$work/postgres/Dockerfile" <<'END'
FROM localhost/argus:try
USER 0
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-15 && apt-get clean
ENV PATH=/usr/lib/postgresql/15/bin:$PATH
COPY --chmod=755 start /usr/local/bin/start
RUN mkdir -p /var/lib/postgresql/data
VOLUME /var/lib/postgresql/data
HEALTHCHECK NONE
ENTRYPOINT ["start"]
CMD []
END
  build -t localhost/postgres:try "$work/postgres"
}

# Sends the video from inside a container, with a key if there is one, and waits for the answer.
done_is() { podman exec "$1" curl -fsS -H "Authorization: Bearer ${2:-}" 127.0.0.1:8080/v1/analyses | grep '"state":"done"'; }
judge() { # CONTAINER [KEY]
  podman exec -i "$1" curl -fsS -H "Authorization: Bearer ${2:-}" -F "file=@-;filename=clip.mp4" \
    127.0.0.1:8080/v1/analyses <"$video" >/dev/null
  must "$1: a verdict on $(basename "$video")" done_is "$1" "${2:-}"
  grep -o '"verdict":"[a-z_]*","probability":[0-9.]*' "$work/last"
}
key() { podman exec "$1" argus keys add try >"$work/key" && [ -s "$work/key" ]; }
refused() { ! podman exec "$1" touch "$2"; }
confined() { # CONTAINER
  must "$1: user 10001, no capability, no new privileges, system calls filtered" podman exec "$1" sh -ec '
    test "$(id -u)" = 10001
    grep -q "^CapBnd:.0*$" /proc/1/status && grep -q "^NoNewPrivs:.1$" /proc/1/status
    grep -q "^Seccomp:.2$" /proc/1/status'
  for folder in / /opt/argus /models; do must "$1: $folder cannot be written" refused "$1" "$folder/x"; done
}
stops() { # CONTAINER
  quiet podman stop --time 60 "$1" >/dev/null
  must "$1: SIGTERM ends it with 0" test "$(podman inspect "$1" --format '{{.State.ExitCode}}')" = 0
}
secrets() {
  local password; password=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
  mkdir -p "$work/secrets"
  printf %s "$password" >"$work/secrets/database-password"
  printf '*:*:*:argus:%s' "$password" >"$work/secrets/pgpass"
  printf '{"connection":"%s"}' "$(printf 'Host=database;Database=argus;Username=argus;Password=%s' "$password" |
    base64 -w0)" >"$work/secrets/connection"
}

try_image() {
  image
  quiet podman run -d --name one --read-only --tmpfs /tmp --cap-drop all --security-opt no-new-privileges \
    -v argus-data:/data localhost/argus:try >/dev/null
  must "one: HEALTHCHECK" podman healthcheck run one
  confined one; judge one; stops one
}
try_compose() {
  postgres; secrets
  mkdir -p "$work/compose"
  cp "$root/deploy/compose.yaml" "$work/compose/"; rm -rf "$work/compose/secrets"
  cp -r "$work/secrets" "$work/compose/secrets"
  (cd "$work/compose" && quiet podman-compose -f compose.yaml up -d >"$work/compose.log" 2>&1)
  must "PostgreSQL's health check" podman exec compose_database_1 pg_isready --host 127.0.0.1 --username argus
  for one in front_1 worker_1 worker_2; do must "$one: HEALTHCHECK" podman healthcheck run compose_$one; done
  must "front: argus keys add" key compose_front_1
  confined compose_front_1; confined compose_worker_2
  must "front: the port of this machine" curl -fsS 127.0.0.1:18080/health/ready
  must "front: asks for a key" sh -c 'test "$(curl -s -o /dev/null -w "%{http_code}" 127.0.0.1:18080/v1/analyses)" = 401'
  judge compose_front_1 "$(cat "$work/key")"
  quiet podman stop compose_database_1 >/dev/null
  must "front: not ready without its database" sh -c '! curl -fsS 127.0.0.1:18080/health/ready'
  must "front: lives without its database" curl -fsS 127.0.0.1:18080/health/live
  quiet podman start compose_database_1 >/dev/null
  must "front: ready again" curl -fsS 127.0.0.1:18080/health/ready
  podman exec compose_database_1 pg_dump --username argus --format custom argus >"$work/argus.dump"
  podman exec -i compose_database_1 pg_restore --username argus --dbname argus --clean --if-exists <"$work/argus.dump"
  must "front: the answer is still there after pg_dump and pg_restore" done_is compose_front_1 "$(cat "$work/key")"
  must "argus audit verify" podman exec compose_front_1 argus audit verify
  for one in front_1 worker_1 worker_2; do stops compose_$one; done
}
# The pods that the Deployments describe, by podman instead of a cluster: one front and one worker.
try_pods() {
  postgres; secrets
  podman network create try >/dev/null
  quiet podman run -d --name database --network try -v "$work/secrets/database-password:/run/password:ro" \
    -e POSTGRES_DB=argus -e POSTGRES_USER=argus -e POSTGRES_PASSWORD_FILE=/run/password localhost/postgres:try >/dev/null
  must "PostgreSQL" podman exec database pg_isready --host 127.0.0.1 --username argus
  podman secret create argus-database "$work/secrets/connection" >/dev/null
  # podman publishes every port of a container on this machine, where each is free only once.
  local port=18081
  for file in settings data front worker; do
    echo ---
    sed "s|image: argus\$|image: localhost/argus:try|; s|replicas: 2|replicas: 1|
      s|containerPort: 8080|containerPort: $((port++))|" "$root/deploy/kubernetes/$file.yaml"
  done >"$work/pods.yaml"
  (cd "$work" && quiet podman kube play --network try pods.yaml) >"$work/pods.log" || { cat "$work/pods.log"; exit 1; }
  front=argus-front-pod-0-argus worker=argus-worker-pod-0-argus
  must "front: ready" podman exec $front curl -fsS 127.0.0.1:8080/health/ready
  must "worker: ready" podman exec $worker curl -fsS 127.0.0.1:8080/health/ready
  confined $front; confined $worker
  must "front: argus keys add" key $front
  judge $front "$(cat "$work/key")"
  stops $worker; stops $front
}
try_unit() {
  image
  mkdir -p "$work/unit"; cp "$root/deploy/argus.service" "$work/unit/"
  cat >"$work/unit/Dockerfile" <<'END'
FROM localhost/argus:try
USER 0
RUN apt-get update && apt-get install -y --no-install-recommends systemd dbus && apt-get clean
COPY argus.service /etc/systemd/system/argus.service
RUN useradd --system --home-dir /var/lib/argus --shell /usr/sbin/nologin argus && systemctl enable argus
HEALTHCHECK NONE
ENTRYPOINT ["/lib/systemd/systemd"]
CMD []
END
  build -t localhost/unit:try "$work/unit"
  quiet podman run -d --name unit --systemd=always --privileged localhost/unit:try >/dev/null
  must "unit: ready" podman exec unit curl -fsS 127.0.0.1:8080/health/ready
  must "unit: cannot write its program" podman exec unit sh -c \
    '! nsenter -t "$(systemctl show -p MainPID --value argus)" -m touch /opt/argus/x'
  judge unit
  podman exec unit sh -c 'install -D -m 0600 /dev/null /etc/argus/argus.env &&
    echo ARGUS_REQUIRE_KEY=true >/etc/argus/argus.env && systemctl restart argus'
  must "unit: a setting of /etc/argus/argus.env" podman exec unit sh -c \
    'test "$(curl -s -o /dev/null -w "%{http_code}" 127.0.0.1:8080/v1/analyses)" = 401'
  must "unit: a killed service comes again" podman exec unit sh -c 'systemctl kill -s KILL argus; sleep 15
    curl -fsS 127.0.0.1:8080/health/ready'
  podman exec unit systemctl stop argus
  must "unit: it stopped in order" podman exec unit sh -c 'systemctl show -p Result argus | grep success'
}

clean
for step in $steps; do say "== $step"; "try_$step"; clean; done
say "all of it holds: $steps"
