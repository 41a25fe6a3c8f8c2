import { open, type Engine } from '@posthorn/engine'
import { builtInPresetFolder, loadPresets } from '@posthorn/preset'

/** The vendor itself. */
export const org = 'org_screenmeet'

/** Posthorn inside the vendor's program, without a server. It keeps nothing. */
export async function openPosthorn(authority: string): Promise<Engine> {
  return open({
    database: 'sqlite::memory:',
    presets: loadPresets([builtInPresetFolder()]),
    // Webhooks are https only. The receiver of this story is on this machine, and its certificate from an authority of its own.
    allowPrivate: ['127.0.0.0/8'],
    extraCa: [authority],
  })
}

/** A customer of the vendor; answers its id. */
export async function newOrganisation(posthorn: Engine, name: string): Promise<string> {
  const { id } = await posthorn.applications.create(org, { name })
  await posthorn.presets.apply(org, id, { name: 'screenmeet' })
  return id
}
