/** A passwd entry for whatever uid the container runs under, so that `whoami`, ssh, npm and JVMs find a name and a home. */
import { mkdir, writeFile } from 'node:fs/promises'

/** Writes libnss-extrausers' files. The uid of root has its entry in the image already (home: the agent's). */
export const writeUser = async (dir: string, home: string): Promise<void> => {
  const uid = process.getuid?.() ?? 0
  const gid = process.getgid?.() ?? 0
  if (uid === 0) return
  await mkdir(dir, { recursive: true })
  await writeFile(`${dir}/passwd`, `agent:x:${uid}:${gid}:agent:${home}:/bin/bash\n`)
  await writeFile(`${dir}/group`, gid === 0 ? '' : `agent:x:${gid}:\n`)
}
