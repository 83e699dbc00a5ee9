import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

const isText = /\.(html|js|css|svg|json|txt|webmanifest)$/;
const inBrotli = promisify(brotliCompress);
const inGzip = promisify(gzip);

/** Each text of the build once more as `.br` and `.gz`, so that no controller ever compresses. */
export const compressedBeside = (): Plugin => ({
  name: 'signalbox:compressed-beside',
  generateBundle: {
    order: 'post',
    async handler(_options, bundle) {
      for (const [fileName, file] of Object.entries(bundle)) {
        if (!isText.test(fileName)) continue;
        const text = Buffer.from(file.type === 'chunk' ? file.code : file.source);
        const params = {
          [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
          [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
        };
        const br = await inBrotli(text, { params });
        const gz = await inGzip(text, { level: constants.Z_BEST_COMPRESSION });
        this.emitFile({ type: 'asset', fileName: `${fileName}.br`, source: br });
        this.emitFile({ type: 'asset', fileName: `${fileName}.gz`, source: gz });
      }
    },
  },
});
