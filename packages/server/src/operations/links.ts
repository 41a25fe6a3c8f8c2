/** Where links to files begin: `POSTHORN_PUBLIC_URL`, or the listener's own address, which is known once it listens. */
export interface Links {
  base: string
}

export function fileUrl({ base }: Readonly<Links>, token: string): string {
  return `${base}/files/${token}`
}
