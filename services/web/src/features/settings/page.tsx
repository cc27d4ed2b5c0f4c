import { useStore } from '../../store.ts'
import { signOut } from '../../api.ts'
import { Button, Empty } from '../../ui/controls.tsx'
import { imageRunOf } from '../../model.ts'
import { RunRow } from '../runs/run.tsx'
import { oneLine } from '../../ui/text.ts'
import { CredentialForm } from './credential.tsx'
import { DiskUse } from './disk.tsx'
import { EgressForm } from './egress.tsx'
import { ModelForm } from './model.tsx'
import { NoticeChoice } from './notices.tsx'
import { ProjectForm } from './project.tsx'
import { ThemeChoice } from './theme.tsx'

export const Section = ({ title, children }: { title: string; children: React.ReactNode }) => (
  <section className="flex flex-col gap-3 rounded-lg border border-line bg-surface p-4"><h2 className="text-lg font-semibold">{title}</h2>{children}</section>
)

/** Credential, commands, limits, looks. */
export const SettingsPage = () => {
  const project = useStore((s) => s.project)
  const image = useStore((s) => imageRunOf(s.runs))
  if (!project) return <Empty title="Connecting…" />
  return (
    <div className="h-full overflow-y-auto">
      <div className="mx-auto flex max-w-2xl flex-col gap-4 px-4 py-5">
        <h1 className="text-xl font-semibold">Settings</h1>
        <p className="text-sm text-dim">{oneLine(project.name)} · <code className="font-mono">{oneLine(project.path)}</code></p>
        <Section title="Model credential"><CredentialForm credential={project.credential} /></Section>
        <Section title="Project"><ProjectForm key={project.id} settings={project.settings} /></Section>
        {image && <Section title="Agent image"><p className="text-dim">The project’s own, from .orchestra/agent.Dockerfile on the target branch. New sessions use the last one that was built.</p><RunRow key={image.id} run={image} /></Section>}
        <Section title="Network"><EgressForm key={JSON.stringify([project.settings.egress, project.settings.egressAllow, project.settings.egressRefuse])} project={project} /></Section>
        <Section title="Model use"><ModelForm key={project.id} settings={project.settings} /></Section>
        <Section title="Disk"><DiskUse /></Section>
        <Section title="This page">
          <ThemeChoice />
          <NoticeChoice />
          <div><Button onClick={() => void signOut().then(() => useStore.getState().signedOut())}>Sign out</Button></div>
        </Section>
      </div>
    </div>
  )
}
