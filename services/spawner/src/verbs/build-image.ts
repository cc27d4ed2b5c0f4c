import { fail, labels, ok, problem } from '@orchestra/contracts'
import type { ProjectId, Result, RunId } from '@orchestra/contracts'
import type { Context } from '../context.ts'
import { onAgentImage } from '../dockerfile.ts'
import { baseLabel, projectImage } from '../prepare.ts'

/** Replaces the project's agent image when the build succeeds; sessions made from then on use it. */
export const buildImage = async ({ config, engine, builds }: Context, input: { project: ProjectId; run: RunId; dockerfile: string }): Promise<Result<{ image: string }>> => {
  try {
    const text = onAgentImage(input.dockerfile, config.agentImage)
    if (!text.ok) return text
    const agent = await engine.images.inspect(config.agentImage)
    if (!agent.ok) return agent
    if (agent.value === null) return fail(problem('engine_failed', `The agent image ${config.agentImage} is missing.`, { about: config.agentImage, next: 'Run `./orchestra up`: it builds what is missing.' }))
    const tag = projectImage(config.install, input.project)
    const built = await engine.images.build({ tag, dockerfile: text.value, labels: { [labels.install]: config.install, [labels.project]: input.project, [baseLabel]: agent.value.id }, args: config.buildArgs, network: 'default' }, (chunk) => builds.write(input.run, chunk))
    return built.ok ? ok({ image: tag }) : built
  } finally {
    builds.end(input.run)
  }
}
