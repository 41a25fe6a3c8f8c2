/** How links to files begin: `POSTHORN_PUBLIC_URL`, or else the listener's address, which `startServer` fills in when it listens. */
export interface Links {
  base: string
}

export function fileUrl({ base }: Readonly<Links>, token: string): string {
  return `${base}/files/${token}`
}
