/** Environment of everything that runs for the agent: the CLI, the shell, setup and check commands. Nothing is inherited but PATH and the locale. */
import type { Places } from './places.ts'

/** Tools that look for certificate authorities each in a variable of its own. The container's environment names the host's bundle where it has one. */
const CA_VARIABLES = ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS', 'REQUESTS_CA_BUNDLE', 'PIP_CERT', 'CURL_CA_BUNDLE', 'GIT_SSL_CAINFO', 'CARGO_HTTP_CAINFO'] as const
const CA_BUNDLE = '/etc/ssl/certs/ca-certificates.crt'

/** Where package managers fetch from, where the operator of the installation has said so. */
const REGISTRY_VARIABLES = ['npm_config_registry', 'PIP_INDEX_URL', 'GOPROXY'] as const

export const toolEnv = (places: Places): Record<string, string> => {
  const proxy = `http://127.0.0.1:${places.gatewayPort}`
  const direct = 'localhost,127.0.0.1,::1'
  return {
    PATH: process.env['PATH'] ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: places.home,
    USER: 'agent',
    LOGNAME: 'agent',
    SHELL: '/bin/bash',
    TERM: 'xterm-256color',
    COLORTERM: 'truecolor',
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
    TMPDIR: process.env['TMPDIR'] ?? '/tmp',
    ...(process.env['TZ'] === undefined ? {} : { TZ: process.env['TZ'] }),
    HTTPS_PROXY: proxy, HTTP_PROXY: proxy, https_proxy: proxy, http_proxy: proxy,
    NO_PROXY: direct, no_proxy: direct,
    NODE_USE_ENV_PROXY: '1',
    ...Object.fromEntries(CA_VARIABLES.map((name) => [name, process.env[name] ?? CA_BUNDLE])),
    ...Object.fromEntries(REGISTRY_VARIABLES.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))),
    JAVA_TOOL_OPTIONS: `-Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=${places.gatewayPort} -Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=${places.gatewayPort} -Dhttp.nonProxyHosts=localhost|127.*`,
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    NPM_CONFIG_UPDATE_NOTIFIER: 'false',
    GIT_TERMINAL_PROMPT: '0',
  }
}
