import { useState } from 'react'
import { modelRule } from '@orchestra/contracts/rules'
import type { ProjectSettings, ProviderTool } from '@orchestra/contracts'
import { act } from '../../act.ts'
import { Button, Field, inputClass, TextArea } from '../../ui/controls.tsx'
import { oneLine } from '../../ui/text.ts'

const tools: Record<ProviderTool, string> = {
  web_search: 'search the web', web_fetch: 'fetch pages', code_execution: 'run code on the provider’s machines', mcp: 'call MCP servers', url_source: 'load images and documents by their address', file_source: 'read files that were stored with the provider before',
}
const lines = (text: string) => text.split('\n').map((l) => l.trim()).filter(Boolean)
/** Null for an empty field: no bound. */
const numberOr = (text: string) => (text.trim() === '' ? null : Number(text))

/** What each session may ask of the model, and spend. The relay holds them to it. */
export const ModelForm = ({ settings }: { settings: ProjectSettings }) => {
  const [usd, setUsd] = useState(settings.budgetUsd?.toString() ?? '')
  const [tokens, setTokens] = useState(settings.budgetTokens?.toString() ?? '')
  const [rate, setRate] = useState(settings.requestsPerMinute?.toString() ?? '')
  const [models, setModels] = useState(settings.models.join('\n'))
  const [allowed, setAllowed] = useState(settings.providerTools)
  const bad = lines(models).filter((l) => l.length > 100 || !modelRule.test(l))
  const save = () => {
    if (bad.length === 0) void act('settings.save', { budgetUsd: numberOr(usd), budgetTokens: numberOr(tokens), requestsPerMinute: numberOr(rate), models: lines(models), providerTools: allowed }, 'Model settings saved')
  }
  return (
    <form className="flex flex-col gap-3" onSubmit={(e) => { e.preventDefault(); save() }}>
      <div className="grid grid-cols-3 gap-3 max-sm:grid-cols-1">
        <Field label="Budget of each session ($)"><input type="number" name="budget-usd" className={inputClass} min={0.01} step="any" value={usd} onChange={(e) => setUsd(e.target.value)} placeholder="none" /></Field>
        <Field label="Budget of each session (tokens)"><input type="number" name="budget-tokens" className={inputClass} min={1} step={1} value={tokens} onChange={(e) => setTokens(e.target.value)} placeholder="none" /></Field>
        <Field label="Requests a minute, at most"><input type="number" name="rate" className={inputClass} min={1} max={10_000} step={1} value={rate} onChange={(e) => setRate(e.target.value)} placeholder="300" /></Field>
      </div>
      <p className="text-sm text-faint">A session whose budget is used up is paused where it is, and goes on when it gets more. Dollars are by list price; tokens read from the cache don’t count.</p>
      <Field label="Models" help="The only ones that sessions may ask, one a line: claude-sonnet-5, claude-haiku-*. Empty: every model. The CLI uses a small one beside its main one.">
        <TextArea rows={2} className="font-mono" name="models" value={models} onChange={(e) => setModels(e.target.value)} spellCheck={false} placeholder="every model" />
      </Field>
      <fieldset className="flex flex-col gap-1.5">
        <legend className="text-sm font-medium text-dim">The model’s provider may, for sessions (a way out that the network settings don’t see)</legend>
        {(Object.keys(tools) as ProviderTool[]).map((tool) => (
          <label key={tool} className="flex items-center gap-2"><input type="checkbox" data-testid={`provider-${tool}`} checked={allowed.includes(tool)} onChange={(e) => setAllowed((a) => (e.target.checked ? [...a, tool] : a.filter((t) => t !== tool)))} /> {tools[tool]}</label>
        ))}
      </fieldset>
      {bad.length > 0 && <p role="alert" className="text-error">Not a model: {bad.map((l) => oneLine(l)).join(', ')}</p>}
      <div><Button type="submit" tone="primary" disabled={bad.length > 0}>Save model settings</Button></div>
    </form>
  )
}
