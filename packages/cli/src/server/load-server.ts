/** The server, loaded by the commands that need it and by nobody else: it takes most of a second. */
// oxlint-disable-next-line no-restricted-imports -- the one place, and not a static import
export const loadServer = () => import('@posthorn/server')
