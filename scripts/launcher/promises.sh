# What docs/security.md promises, looked at on the running stack. Part of `orchestra doctor`: each finding has its remedy.
# shellcheck shell=sh

remake="orchestra down, then orchestra up: containers are made anew. If it stays, do not use this stack: see docs/security.md."

# All containers of the stack's sessions, also stopped ones.
agent_containers() { docker ps -aq --filter "label=dev.orchestra.install=$stack" --filter label=dev.orchestra.session; }
service_containers() { docker ps -q --filter "label=com.docker.compose.project=$stack" --filter label=com.docker.compose.oneoff=False; }

# usage: promise TEXT REMEDY < what breaks it, a line each; none: it holds
promise() {
  broken=$(sed '/^ *$/d' | head -n 5)
  if [ -z "$broken" ]; then finding ok "$1"; else finding FAIL "not so: $1 ($(printf '%s' "$broken" | tr '\n' ';' | sed 's/;/; /g'))" "$2"; fi
}

doctor_promises() {
  agents=$(agent_containers)
  # A format's output, for each of the agents: name and what was asked for.
  of_agents() { if [ -n "$agents" ]; then say "$agents" | xargs docker inspect --format "$1" 2>/dev/null | sed 's|^/||'; fi; }
  of_services() { service_containers | xargs -r docker inspect --format "$1" 2>/dev/null | sed 's|^/||'; }

  of_agents '{{.Name}} {{.HostConfig.NetworkMode}} {{len .NetworkSettings.Networks}}' | awk '$2 != "none" || $3 > 1 { print $1, "has the network", $2 }' |
    promise "sessions have no network" "$remake"
  of_agents '{{.Name}} {{.HostConfig.Privileged}} {{.HostConfig.CapDrop}} {{.HostConfig.CapAdd}} {{.HostConfig.PidMode}}{{.HostConfig.IpcMode}}{{.HostConfig.UsernsMode}} {{len .HostConfig.Devices}}' |
    awk '$2 != "false" || $3 != "[ALL]" || $4 != "[]" || $5 ~ /host|container/ || $6 > 0 { print $1 }' |
    promise "sessions have no capability, no device, no namespace of the host" "$remake"
  of_agents '{{.Name}} {{.HostConfig.SecurityOpt}}' | awk '!/no-new-privileges/ || /unconfined/ { print $1 }' |
    promise "sessions can't gain privileges; system calls are filtered" "$remake"
  of_agents '{{.Name}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.PidsLimit}} {{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{len .HostConfig.LogConfig.Config}}' |
    awk '$2 != "true" || $3 + 0 < 1 || $4 + 0 < 1 || $5 + 0 < 1 || $6 < 1 { print $1 }' |
    promise "sessions have a read-only root, and limits on processes, memory, processors and logs" "$remake"
  of_agents '{{$n := .Name}}{{range .Mounts}}{{$n}} {{.Source}} {{.RW}}{{println}}{{end}}' | doctor_mounts |
    promise "sessions see neither your checkout nor your .git, nor the engine's socket" "$remake"
  { of_agents '{{$n := .Name}}{{range .Config.Env}}{{$n}} {{.}}{{println}}{{end}}'; of_services '{{$n := .Name}}{{range .Config.Env}}{{$n}} {{.}}{{println}}{{end}}'; } |
    awk '/sk-ant-/ || $2 ~ /(PASSWORD|SECRET|TOKEN|API_KEY)=./ { split($2, a, "="); if (a[2] !~ /^(orchestra|dummy|none|not-a-key)/) print $1, a[1] }' |
    promise "no container has a secret in its environment" "orchestra login keeps keys in the relay's volume; take the variable out of what starts the stack."

  of_services '{{$n := index .Config.Labels "com.docker.compose.service"}}{{range .Mounts}}{{$n}} {{.Destination}}{{println}}{{end}}' | awk '/docker\.sock$/ && $1 != "spawner" { print $1 }' |
    promise "only the spawner has the engine's socket" "$remake"
  docker inspect --format '{{.HostConfig.NetworkMode}}' "$(stack_container spawner)" 2>/dev/null | grep -v '^none$' |
    promise "the spawner has no network" "$remake"
  of_services '{{$n := index .Config.Labels "com.docker.compose.service"}}{{range $p, $b := .NetworkSettings.Ports}}{{range $b}}{{$n}} {{.HostIp}}{{println}}{{end}}{{end}}' |
    awk -v bind="$ORCHESTRA_BIND" 'NF == 2 && ($1 != "web" || $2 != bind) { print $1, "on", $2 }' |
    promise "only the page is published, on $ORCHESTRA_BIND" "orchestra up: it publishes what it was told to (--bind)."
  if [ "$ORCHESTRA_BIND" != 127.0.0.1 ] && [ -z "${ORCHESTRA_TLS_NAME:-}" ] && [ "${ORCHESTRA_TLS:-}" != true ]; then
    finding warn "the page is published on $ORCHESTRA_BIND without TLS: its cookie can be read on the way" "orchestra up --tls-name NAME, or put it behind a proxy that does TLS (docs/operations.md)"
  fi
  for network in front data bus backplane; do
    docker network inspect --format '{{.Internal}} {{range .Containers}}{{.Name}} {{end}}' "${stack}_$network" 2>/dev/null | doctor_network "$network"
  done | promise "NATS and Postgres stand in networks of the stack's services alone, which lead nowhere else" "Take the container that is named out of that network: docker network disconnect. Then: orchestra down, orchestra up."

  doctor_secrets | promise "secrets are files that only their service can read" "orchestra up: the service init puts their modes right."
  docker exec "$(stack_container relay)" sh -c 'for f in /var/lib/relay/*; do [ ! -e "$f" ] || stat -c "%a %n" "$f"; done' 2>/dev/null | awk '$1 ~ /[1-7][0-7]$|[1-7]$/ { print $2 }' |
    promise "the model's credential can be read by the relay alone" "orchestra login --forget, then orchestra login."
  stack_compose exec -T postgres psql -U orchestra_reader -Atc "select distinct usename from pg_stat_activity where backend_type = 'client backend' and usename not in ('orchestra_service', 'orchestra_reader')" orchestra 2>&1 |
    promise "the orchestrator uses an account that can't change the schema" "orchestra down, then orchestra up. A person at orchestra psql --write is shown here too."
}

# Reads "name source rw" of mounts.
doctor_mounts() {
  awk -v top="$project_dir" -v git="$project_dir/.git" '
    NF < 3 { next }
    { source = $0; sub(/^[^ ]* /, "", source); rw = $NF; sub(/ [^ ]*$/, "", source) }
    source ~ /docker\.sock$/ { print $1, "has the socket of the engine"; next }
    source == top || source == git || source == "/" || index(top, source "/") == 1 { print $1, "sees", source; next }
    index(source, git "/") == 1 && (rw == "true" || source !~ /\/objects(\/|$)/) { print $1, "sees", source }
    source ~ /\.orchestra\/(installs|cache)/ { print $1, "sees", source }'
}

# Reads "internal members…" of one network.
doctor_network() {
  read -r internal members || return 0
  if [ "$internal" != true ]; then say "$1 leads outside"; fi
  for member in $members; do
    case "$member" in
      "$stack-orchestrator-"* | "$stack-postgres-"* | "$stack-nats-"* | "$stack-relay-"* | "$stack-web-"* | "$stack-migrate-"*) ;;
      *) say "$member is in $1" ;;
    esac
  done
}

doctor_secrets() {
  for service in postgres nats orchestrator relay spawner; do
    docker exec "$(stack_container "$service")" sh -c 'stat -c "%a %n" /run/secrets/*' 2>/dev/null |
      awk -v s="$service" '$2 !~ /\/owner$/ && $1 != "400" && $1 != "600" { print s, $2, $1 } END { if (NR == 0) print "those of", s, "could not be looked at" }'
  done
}
