import { useState } from 'react'
import type { ProjectSettings } from '@orchestra/contracts'
import { act } from '../../act.ts'
import { Button, Field, inputClass, TextArea } from '../../ui/controls.tsx'
import { oneLine } from '../../ui/text.ts'

const numbers = [
  ['checkMinutes', 'Time limit of a check (min)', 1, 1440, 1], ['stuckMinutes', 'Silent for this long is stuck (min)', 1, 1440, 1],
  ['escalateSeconds', 'Designer answers first for (s)', 0, 3600, 10],
  ['maxSessions', 'Sessions at once', 1, 64, 1], ['memoryMb', 'Memory of each (MB)', 256, 262_144, 256],
  ['cpus', 'Processors of each', 0.25, 64, 0.25], ['pids', 'Processes of each', 64, 32_768, 64],
  ['keepEventsDays', 'Keep events (days)', 1, 36_500, 1], ['keepEventsMb', 'Keep events (MB)', 10, 1_000_000, 10], ['keepSessionsDays', 'Keep deleted sessions (days)', 1, 36_500, 1],
] as const

/** What the person decides about the project, but for its network and its model. Saved as a whole; a field that was not touched is sent as it was shown. */
export const ProjectForm = ({ settings }: { settings: ProjectSettings }) => {
  const [draft, setDraft] = useState(settings)
  const [carry, setCarry] = useState(settings.carry.join('\n'))
  const set = <K extends keyof ProjectSettings>(key: K, value: ProjectSettings[K]) => setDraft((d) => ({ ...d, [key]: value }))
  const { checkProposal } = settings
  const save = () => {
    const { setupCommand, checkCommand, keepSpecsInGit, permissionMode, afterRestart } = draft
    const numeric = Object.fromEntries(numbers.map(([key]) => [key, draft[key]]))
    void act('settings.save', { setupCommand, checkCommand, keepSpecsInGit, permissionMode, afterRestart, ...numeric, carry: carry.split('\n').map((l) => l.trim()).filter(Boolean) }, 'Settings saved')
  }
  return (
    <form className="flex flex-col gap-3" onSubmit={(e) => { e.preventDefault(); save() }}>
      {checkProposal && !settings.checkCommand && (
        <div className="flex flex-wrap items-center gap-2 rounded-md border border-ask/50 px-3 py-2">
          <p>Check command found in the repository: <code className="font-mono">{oneLine(checkProposal)}</code></p>
          <Button tone="primary" onClick={() => { set('checkCommand', checkProposal); void act('settings.save', { checkCommand: checkProposal }, 'Check command saved') }}>Use it</Button>
        </div>
      )}
      <Field label="Check command" help="Runs on the merged tree before each merge, in a fresh container.">
        <input className={`${inputClass} font-mono`} name="check" value={draft.checkCommand ?? ''} onChange={(e) => set('checkCommand', e.target.value || null)} placeholder={checkProposal ?? 'npm test'} />
      </Field>
      <Field label="Setup command" help="Runs in each new session before its first turn.">
        <input className={`${inputClass} font-mono`} name="setup" value={draft.setupCommand ?? ''} onChange={(e) => set('setupCommand', e.target.value || null)} placeholder="npm ci" />
      </Field>
      <Field label="Files to carry" help="Ignored files that sessions need, one path a line. They are copied and can’t be committed by an agent.">
        <TextArea rows={2} className="font-mono" value={carry} onChange={(e) => setCarry(e.target.value)} placeholder=".env.test" />
      </Field>
      <fieldset className="flex flex-col gap-1.5">
        <legend className="text-sm font-medium text-dim">New sessions</legend>
        <label className="flex items-center gap-2"><input type="radio" name="mode" checked={draft.permissionMode === 'bypass'} onChange={() => set('permissionMode', 'bypass')} /> work without prompts; their container is the protection</label>
        <label className="flex items-center gap-2"><input type="radio" name="mode" checked={draft.permissionMode === 'ask'} onChange={() => set('permissionMode', 'ask')} /> ask before acting</label>
      </fieldset>
      <fieldset className="flex flex-col gap-1.5">
        <legend className="text-sm font-medium text-dim">After a restart of this machine or of the stack</legend>
        <label className="flex items-center gap-2"><input type="radio" name="restart" checked={draft.afterRestart === 'resume'} onChange={() => set('afterRestart', 'resume')} /> sessions go on where they were</label>
        <label className="flex items-center gap-2"><input type="radio" name="restart" checked={draft.afterRestart === 'ask'} onChange={() => set('afterRestart', 'ask')} /> ask me first</label>
      </fieldset>
      <label className="flex items-center gap-2"><input type="checkbox" checked={draft.keepSpecsInGit} onChange={(e) => set('keepSpecsInGit', e.target.checked)} /> Keep specs in git</label>
      <div className="grid grid-cols-4 items-end gap-3 max-sm:grid-cols-2">
        {numbers.map(([key, label, min, max, step]) => (
          <Field key={key} label={label}><input type="number" className={inputClass} min={Math.min(min, draft[key])} max={max} step={step} value={draft[key]} onChange={(e) => set(key, e.target.valueAsNumber)} /></Field>
        ))}
      </div>
      <div><Button type="submit" tone="primary">Save settings</Button></div>
    </form>
  )
}
