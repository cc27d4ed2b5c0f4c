import { useState } from 'react'
import type { CredentialView, Problem } from '@orchestra/contracts'
import { saveCredential } from '../../api.ts'
import { Button, Field, inputClass } from '../../ui/controls.tsx'
import { ProblemNote } from '../../ui/problem.tsx'
import { timeOf } from '../../ui/format.ts'
import { oneLine, visible } from '../../ui/text.ts'

const DEFAULT_BASE_URL = 'https://api.anthropic.com'
const kinds = { none: 'none yet', 'api-key': 'API key', subscription: 'subscription token', scripted: 'scripted model' }

/** Takes a key, tries it with one real request and says what came of it. The key is never shown again. */
export const CredentialForm = ({ credential: saved }: { credential: CredentialView }) => {
  const [kind, setKind] = useState<'api-key' | 'subscription'>(saved.kind === 'subscription' ? 'subscription' : 'api-key')
  const [secret, setSecret] = useState('')
  /** Null: not touched. What somebody stored elsewhere meanwhile then stays. */
  const [baseUrl, setBaseUrl] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [tried, setTried] = useState<CredentialView | null>(null)
  // What sessions found out since the try counts more than the try.
  const now = tried && (tried.lastCheck?.at ?? '') > (saved.lastCheck?.at ?? '') ? tried : saved
  const submit = async () => {
    setBusy(true)
    const address = baseUrl === null ? (secret ? null : now.baseUrl) : (baseUrl.trim() || DEFAULT_BASE_URL)
    const result = await saveCredential({ kind, secret: secret || null, baseUrl: address })
    setBusy(false)
    setProblem(result.ok ? null : result.problem)
    if (!result.ok) return
    setTried(result.value)
    setSecret('')
    setBaseUrl(null)
  }
  return (
    <form className="flex flex-col gap-3" onSubmit={(e) => { e.preventDefault(); void submit() }}>
      <p className="text-dim">
        In use: <b className="font-medium text-text">{kinds[now.kind]}</b>{now.hint && <> ending in <code className="font-mono">{oneLine(now.hint)}</code></>}
        {now.baseUrl && <> at {oneLine(now.baseUrl)}</>}
      </p>
      {now.lastCheck && <p className={`wrap ${now.lastCheck.ok ? 'text-work' : 'text-error'}`} data-testid="settings-check">{now.lastCheck.ok ? '✓' : '□'} {visible(now.lastCheck.text)} <span className="text-faint">{timeOf(now.lastCheck.at)}</span></p>}
      {problem && <ProblemNote problem={problem} />}
      <fieldset className="flex gap-4">
        <legend className="sr-only">Kind of credential</legend>
        <label className="flex items-center gap-1.5"><input type="radio" name="kind" checked={kind === 'api-key'} onChange={() => setKind('api-key')} /> API key</label>
        <label className="flex items-center gap-1.5"><input type="radio" name="kind" checked={kind === 'subscription'} onChange={() => setKind('subscription')} /> Subscription token</label>
      </fieldset>
      <Field label={kind === 'api-key' ? 'API key' : 'Token'} help={kind === 'subscription' ? <>Make one with <code className="font-mono">claude setup-token</code>.</> : 'It is kept in the relay alone; no agent ever holds it.'}>
        <input type="password" data-testid="settings-key" className={inputClass} value={secret} onChange={(e) => setSecret(e.target.value)} autoComplete="off" spellCheck={false} placeholder={now.kind === 'none' ? '' : 'leave empty to keep the present one'} />
      </Field>
      <Field label="Base URL"><input type="url" className={inputClass} value={baseUrl ?? now.baseUrl} onChange={(e) => setBaseUrl(e.target.value)} placeholder={DEFAULT_BASE_URL} autoComplete="off" /></Field>
      <div><Button type="submit" tone="primary" disabled={busy || (!secret && now.kind === 'none')}>{busy ? 'Trying it…' : 'Save and try'}</Button></div>
    </form>
  )
}
