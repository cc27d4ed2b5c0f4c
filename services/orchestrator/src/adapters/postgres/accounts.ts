import { createHash, randomBytes } from 'node:crypto'
import type { Accounts } from '../../ports/engine.ts'
import type { Pool } from './pool.ts'

/** 256 random bits need no slow hash: nobody guesses them, and a read of the table gives nothing that signs in. */
const hash = (secret: string): string => createHash('sha256').update(secret).digest('hex')
const newSecret = (): string => randomBytes(32).toString('base64url')

/** The one person of an installation, until there are several. */
const owner = 'owner'

export const openAccounts = (pool: Pool): Accounts => ({
  createSignInToken: async () => {
    const token = newSecret()
    await pool.query("delete from sign_in_tokens where created_at < now() - interval '7 days'")
    await pool.query('insert into sign_in_tokens (token_hash) values ($1)', [hash(token)])
    return token
  },
  redeem: async (token) => {
    const used = await pool.query("update sign_in_tokens set used_at = now() where token_hash = $1 and used_at is null and created_at > now() - interval '24 hours'", [hash(token)])
    if (used.rowCount !== 1) return null
    const secret = newSecret()
    await pool.query('insert into sign_ins (secret_hash, name) values ($1, $2)', [hash(secret), owner])
    return { secret, name: owner }
  },
  whoIs: async (secret) => {
    const secretHash = hash(secret)
    const found = (await pool.query<{ name: string; seen: boolean }>("select name, coalesce(last_seen_at > now() - interval '1 minute', false) as seen from sign_ins where secret_hash = $1 and ended_at is null", [secretHash])).rows[0]
    if (!found) return null
    // To the minute: every request asks, and each write would cost it a wait for the disk.
    if (!found.seen) await pool.query('update sign_ins set last_seen_at = now() where secret_hash = $1 and ended_at is null', [secretHash])
    return { name: found.name }
  },
  signOut: async (secret) => {
    await pool.query('update sign_ins set ended_at = now() where secret_hash = $1 and ended_at is null', [hash(secret)])
  },
})
