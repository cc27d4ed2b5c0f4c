import { useState } from 'react'
import { problemText, signIn } from '../../api.ts'
import { useStore } from '../../store.ts'
import { Button, Field, inputClass } from '../../ui/controls.tsx'
import { tokenIn } from './signin.ts'

/** Shown without a session of the page's own: how to get in. */
export const SignIn = ({ problem }: { problem: string | null }) => {
  const [link, setLink] = useState('')
  const [error, setError] = useState(problem)
  const submit = async () => {
    const token = tokenIn(link.slice(link.indexOf('#') + 1)) ?? link.trim()
    if (!token) return
    const result = await signIn(token)
    if (result.ok) useStore.getState().signedIn()
    else setError(problemText(result.problem))
  }
  return (
    <main className="mx-auto flex h-full max-w-md flex-col justify-center gap-4 px-6">
      <h1 className="text-xl font-semibold">Sign in to Orchestra</h1>
      <p className="text-dim">Run this in your project and open the link that it prints. Each link works once.</p>
      <pre className="rounded-md border border-line bg-surface px-3 py-2 font-mono text-sm">orchestra up</pre>
      {error && <p role="alert" data-testid="signin-error" className="text-error">{error}</p>}
      <form className="flex flex-col gap-2" onSubmit={(e) => { e.preventDefault(); void submit() }}>
        <Field label="Or paste the link or its token"><input className={inputClass} value={link} onChange={(e) => setLink(e.target.value)} autoComplete="off" spellCheck={false} name="token" /></Field>
        <div><Button type="submit" tone="primary" disabled={!link.trim()}>Sign in</Button></div>
      </form>
    </main>
  )
}
