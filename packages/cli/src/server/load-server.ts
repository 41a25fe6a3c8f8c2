/** Loads the server. Only the commands that need it do this, because it takes most of a second. */
// oxlint-disable-next-line no-restricted-imports -- the only place, and a dynamic import
export const loadServer = () => import('@posthorn/server')
