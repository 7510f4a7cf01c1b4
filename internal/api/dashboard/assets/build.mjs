// Builds src and the npm packages into dist: names with hashes, compressed once for all.
import { build } from 'esbuild';
import { readFile, writeFile, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { brotliCompressSync, gzipSync, constants } from 'node:zlib';

const dist = new URL('./dist/', import.meta.url).pathname;
const src = new URL('./src/', import.meta.url).pathname;

for (const name of await readdir(dist)) {
	if (name !== 'README') await rm(join(dist, name));
}

const result = await build({
	absWorkingDir: src,
	entryPoints: ['app.js', 'leads.js', 'lead.js', 'charts.js', 'setup.js', 'app.css'],
	outdir: dist,
	entryNames: '[name]-[hash]',
	bundle: true,
	minify: true,
	format: 'esm',
	target: 'es2022',
	legalComments: 'eof',
	loader: { '.svg': 'dataurl' },
	metafile: true,
	logLevel: 'warning',
});

const manifest = {};
for (const [file, output] of Object.entries(result.metafile.outputs)) {
	if (!output.entryPoint) continue;
	const name = basename(file);
	manifest[basename(output.entryPoint)] = name;
	const content = await readFile(join(dist, name));
	await writeFile(join(dist, name + '.gz'), gzipSync(content, { level: 9 }));
	await writeFile(join(dist, name + '.br'), brotliCompressSync(content, {
		params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
	}));
}
await writeFile(join(dist, 'manifest.json'), JSON.stringify(manifest, null, '\t') + '\n');
