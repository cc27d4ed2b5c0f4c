/**
 * How the package managers in an image are asked where they fetch from, and how their answers are read. The image is one that a
 * person approved; still nothing but host names comes out of it.
 */
import { EgressRule } from '@orchestra/contracts'
import type { Registry } from '@orchestra/contracts'

const MOST = 100

/** pip names its index in its configuration, else in its own sources; there also the host that serves the files. */
const PIP = `
from pip._internal.configuration import Configuration
from pip._internal.models.index import PyPI
c = Configuration(isolated=False)
c.load()
def pairs(items):
    for key, value in items:
        if isinstance(value, dict): yield from pairs(value.items())
        else: yield key, value
named = [(k.split(".")[-1], v) for k, v in pairs(c.items())]
print(" ".join(v for k, v in named if k == "extra-index-url"))
print(" ".join(v for k, v in named if k == "index-url") or PyPI.simple_url + " " + PyPI.file_storage_domain)
`

/** POSIX sh. A line for each answer: the tool, then words of which some name hosts. A tool that is missing or fails says nothing. */
export const ASK_TOOLS = `cd /tmp
has() { command -v "$1" >/dev/null 2>&1; }
ask() { tool=$1; shift; timeout 20 "$@" 2>/dev/null </dev/null | while read -r line; do printf '%s %s\\n' "$tool" "$line"; done; }
if has npm; then ask npm npm config get registry; fi
if has pnpm; then ask pnpm pnpm config get registry; fi
if has yarn; then ask yarn yarn config get registry; fi
if has python3; then ask pip python3 -c '${PIP}'; fi
if has go; then ask go go env GOPROXY GOSUMDB; fi
if has gem; then ask gem gem sources --list; fi
if has cargo; then
  binary=$(rustup which cargo 2>/dev/null || readlink -f "$(command -v cargo)")
  ask cargo grep -aohE 'sparse\\+https://[^"[:space:]]*/' "$binary" "\${CARGO_HOME:-$HOME/.cargo}/config.toml"
fi
if has mvn && has unzip; then
  home=$(dirname "$(readlink -f "$(command -v mvn)")")/..
  for jar in "$home"/lib/maven-model-builder-*.jar; do ask maven sh -c 'unzip -p "$1" org/apache/maven/model/pom-4.0.0.xml | grep -o "<url>[^<]*" | cut -c6-' sh "$jar"; done
fi
`

/** A URL's or a bare domain's host, with its port where that is not the scheme's own; null for any other word. */
const hostIn = (word: string): string | null => {
  const bare = word.replace(/^sparse\+/, '')
  const url = /^https?:\/\//i.test(bare) ? URL.parse(bare) : null
  const host = url ? url.host : /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(bare) ? bare.toLowerCase() : ''
  return EgressRule.safeParse(host).success ? host : null
}

/** From what `ASK_TOOLS` printed; words are separated as each tool separates its lists. */
export const readAnswers = (output: string): Registry[] => {
  const found = new Map<string, Registry>()
  for (const line of output.split('\n')) {
    const [tool = '', ...words] = line.split(/[\s,|]+/)
    if (!/^[a-z]{1,20}$/.test(tool)) continue
    for (const host of words.map(hostIn)) if (host !== null && found.size < MOST) found.set(`${tool} ${host}`, { tool, host })
  }
  return [...found.values()]
}
