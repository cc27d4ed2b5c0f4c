# What this host needs to reach package registries, handed to image builds: the npm settings, the
# certificate authorities, the Debian mirror. Read at run time; nothing of it is kept in the project.
# shellcheck shell=sh

# The bundle of certificate authorities that this host trusts, "-" where there is none to be found.
host_ca_bundle() {
  for bundle in "${SSL_CERT_FILE:-}" /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem; do
    if [ -n "$bundle" ] && [ -s "$bundle" ]; then
      printf '%s\n' "$bundle"
      return 0
    fi
  done
  printf '%s\n' -
}

# The npm registry that this user has set, or npm's own default; empty where npm is missing and nothing is set.
npm_registry() {
  found=${npm_config_registry:-${NPM_CONFIG_REGISTRY:-}}
  if [ -z "$found" ] && have npm; then found=$(cd / && npm config get registry 2>/dev/null | tail -n 1); fi
  if [ -z "$found" ] && [ -f "$HOME/.npmrc" ]; then found=$(sed -n 's/^registry *= *//p' "$HOME/.npmrc" | tail -n 1); fi
  case "$found" in http*) printf '%s\n' "${found%/}" ;; esac
}

# Writes an npmrc for builds: registry, scopes, tokens and proxy settings of this user, and nothing
# that names a path of the host. It reaches a build as a secret, so no image contains it.
npmrc_write() {
  (
    umask 077
    {
      npm_registry | sed 's#.*#registry=&/#'
      if [ -f "$HOME/.npmrc" ]; then
        grep -E '^(//|@[^=]*:registry|(https?-)?proxy|noproxy|strict-ssl|always-auth)' "$HOME/.npmrc" || :
      fi
    } >"$1.new"
  )
  if cmp -s "$1.new" "$1"; then rm -f "$1.new"; else mv "$1.new" "$1"; fi
}

# The package registries that this user has set for themselves, for agents; empty where a tool goes by its own default. A name and
# password in an address are left out: agents get none.
registries_find() {
  npm=${npm_config_registry:-${NPM_CONFIG_REGISTRY:-}} pip=${PIP_INDEX_URL:-} go=${GOPROXY:-}
  if [ -z "$npm" ] && have npm; then npm=$(cd / && npm config list 2>/dev/null | sed -n 's/^registry = "\(.*\)"$/\1/p' | head -n 1); fi
  for program in pip3 pip; do
    if [ -z "$pip" ] && have "$program"; then pip=$(cd / && "$program" config get global.index-url 2>/dev/null) && break || pip=''; fi
  done
  if [ -z "$go" ] && have go; then go=$(sed -n 's/^GOPROXY=//p' "$(cd / && go env GOENV 2>/dev/null)" 2>/dev/null | head -n 1); fi
  ORCHESTRA_NPM_REGISTRY=${ORCHESTRA_NPM_REGISTRY:-$(address_public "$npm")}
  ORCHESTRA_PIP_INDEX=${ORCHESTRA_PIP_INDEX:-$(address_public "$pip")}
  ORCHESTRA_GOPROXY=${ORCHESTRA_GOPROXY:-$(address_public "$go")}
  export ORCHESTRA_NPM_REGISTRY ORCHESTRA_PIP_INDEX ORCHESTRA_GOPROXY
}

address_public() { printf '%s\n' "$1" | sed 's#\(https*://\)[^/@]*@#\1#g'; }
