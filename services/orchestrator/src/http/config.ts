/** What the public door needs to know about where it stands. */
export type PublicConfig = {
  /** The published port: what a person's browser has in its address bar. */
  port: number
  /** Further names of the page, `host` or `host:port`. */
  names: string[]
  /** The page is served over TLS: origins are https and the cookie is Secure. */
  tls: boolean
  /** Short hash of the installation: two stacks on one machine share 127.0.0.1 and so its cookies. */
  install: string
  version: string
  /** Folder for the shared document behind the spec editor; survives restarts. */
  stateDir: string
  /** pino level; silent when left out. */
  logLevel?: string
}

/** Where terminals are dialled: the relay's internal door. `url` is http://host:port. */
export type RelayDoor = { url: string; token: string }
