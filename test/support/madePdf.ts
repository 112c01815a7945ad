/** One page: what is written on it, and the colour that fills its upper left quarter, red green blue from 0 to 1. */
export interface MadePage {
  text: string
  colour: readonly [number, number, number]
}

/** A PDF of pages of 400 x 600 points, made by code; `paddingBytes` make it larger and add nothing to what it shows. */
export function madePdf(pages: readonly MadePage[], { paddingBytes = 0 } = {}): Buffer {
  const kids = pages.map((_, at) => `${4 + at * 2} 0 R`).join(' ')
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    ...pages.flatMap(({ text, colour }, at) => {
      const content = `${colour.join(' ')} rg 0 300 200 300 re f BT 0 g /F1 24 Tf 20 100 Td (${text}) Tj ET`
      const resources = '/Resources << /Font << /F1 3 0 R >> >>'
      return [
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 600] ${resources} /Contents ${5 + at * 2} 0 R >>`,
        `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
      ]
    }),
  ]
  let file = `%PDF-1.4\n%${'-'.repeat(paddingBytes)}\n`
  const offsets = objects.map((object, at) => {
    const offset = file.length
    file += `${at + 1} 0 obj\n${object}\nendobj\n`
    return `${String(offset).padStart(10, '0')} 00000 n \n`
  })
  const start = file.length
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.join('')}`
  file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`
  return Buffer.from(file, 'latin1')
}
