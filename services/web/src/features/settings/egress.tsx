import { useState } from 'react'
import { hostRule } from '@orchestra/contracts/rules'
import type { ProjectView } from '@orchestra/contracts'
import { act } from '../../act.ts'
import { Button, Field, TextArea } from '../../ui/controls.tsx'
import { oneLine } from '../../ui/text.ts'

const modes = [
  ['listed', 'what is listed: GitHub, the registries of the sessions’ tools, and the hosts below'],
  ['open', 'every public address, but for refused hosts'],
  ['closed', 'nothing but the model'],
] as const

const lines = (text: string) => text.split('\n').map((l) => l.trim().toLowerCase()).filter(Boolean)
const wrong = (text: string) => lines(text).filter((l) => l.length > 300 || !hostRule.test(l))

/** What sessions may reach. Made anew when the settings change behind it: an answer on the inbox adds to the same lists. */
export const EgressForm = ({ project: { settings, registries } }: { project: ProjectView }) => {
  const [egress, setEgress] = useState(settings.egress)
  const [allow, setAllow] = useState(settings.egressAllow.join('\n'))
  const [refuse, setRefuse] = useState(settings.egressRefuse.join('\n'))
  const bad = [...wrong(allow), ...wrong(refuse)]
  const save = () => { if (bad.length === 0) void act('settings.save', { egress, egressAllow: lines(allow), egressRefuse: lines(refuse) }, 'Network settings saved') }
  return (
    <form className="flex flex-col gap-3" onSubmit={(e) => { e.preventDefault(); save() }}>
      <fieldset className="flex flex-col gap-1.5">
        <legend className="text-sm font-medium text-dim">Sessions reach</legend>
        {modes.map(([mode, words]) => (
          <label key={mode} className="flex items-center gap-2"><input type="radio" name="egress" data-testid={`egress-${mode}`} checked={egress === mode} onChange={() => setEgress(mode)} /> {words}</label>
        ))}
      </fieldset>
      {registries.length > 0 && (
        <p className="text-sm text-dim">Registries of the tools: {registries.map((r, n) => <span key={`${r.tool} ${r.host}`}>{n > 0 && ', '}<code className="font-mono">{oneLine(r.host)}</code> ({oneLine(r.tool)})</span>)}</p>
      )}
      <Field label="Allowed hosts" help="One a line: docs.example.org, *.example.org, example.org:8443. Only public addresses are reached.">
        <TextArea rows={2} className="font-mono" name="egress-allow" value={allow} onChange={(e) => setAllow(e.target.value)} spellCheck={false} disabled={egress === 'closed'} />
      </Field>
      <Field label="Refused hosts" help="Refused without asking again.">
        <TextArea rows={2} className="font-mono" name="egress-refuse" value={refuse} onChange={(e) => setRefuse(e.target.value)} spellCheck={false} disabled={egress === 'closed'} />
      </Field>
      {bad.length > 0 && <p role="alert" className="text-error">Not a host: {bad.map((l) => oneLine(l)).join(', ')}</p>}
      <div><Button type="submit" tone="primary" disabled={bad.length > 0}>Save network settings</Button></div>
    </form>
  )
}
