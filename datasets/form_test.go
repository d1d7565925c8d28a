package datasets_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/flows"
)

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.String()
}

// One table in every form that a program saves it in says the same.
func TestPackageForms(t *testing.T) {
	const claims = "mineral,period,from,to,amount,basis,origin,note\ntin,2020,ground,RWA,1200 t,Sn,m,\"caf\u00e9, \u20ac\"\n"
	want := read(t, datasets.Package{FS: folder(map[string]string{"claims.csv": claims})}, datasets.Query{})
	require.Equal(t, "caf\u00e9, \u20ac", of[flows.Claim](want)[0].Note)
	lists := func(s string) string {
		return `{"name":"mine","resources":[{"name":"origins","path":"origins.csv"},{"name":"claims","path":"claims.csv"` + s + `}]}`
	}
	for name, files := range map[string]map[string]string{
		"CRLF":            {"claims.csv": strings.ReplaceAll(claims, "\n", "\r\n")},
		"byte order mark": {"claims.csv": "\ufeff" + claims, "datapackage.json": "\ufeff" + lists("")},
		"no last newline": {"claims.csv": strings.TrimSuffix(claims, "\n")},
		"gzip":            {"claims.csv": gzipped(t, claims)},
		"gzip with a BOM": {"claims.csv": gzipped(t, "\ufeff"+claims)},
		"windows-1252":    {"claims.csv": strings.NewReplacer("\u00e9", "\xe9", "\u20ac", "\x80").Replace(claims), "datapackage.json": lists(`,"encoding":"windows-1252"`)},
		"semicolons": {"claims.csv": "mineral;period;from;to;amount;basis;origin;note\ntin;2020;ground;RWA;1200 t;Sn;m;caf\u00e9, \u20ac\n",
			"datapackage.json": lists(`,"dialect":{"delimiter":";"}`)},
		"columns in another order, and space": {"claims.csv": "note,origin,basis, amount ,to,from,period,mineral\n\"caf\u00e9, \u20ac\",m,Sn, 1200 t,RWA,ground,2020,tin\n"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, want, read(t, datasets.Package{FS: folder(files)}, datasets.Query{}))
		})
	}
	latin := map[string]string{"claims.csv": strings.NewReplacer("\u00e9", "\xe9", ", \u20ac", "").Replace(claims), "datapackage.json": lists(`,"encoding":"iso-8859-1"`)}
	got := read(t, datasets.Package{FS: folder(latin)}, datasets.Query{})
	require.Equal(t, "caf\u00e9", of[flows.Claim](got)[0].Note)
	latin["claims.csv"] = strings.ReplaceAll(latin["claims.csv"], "\xe9", "\x81")
	_, err := load(folder(latin))
	require.ErrorIs(t, err, datasets.ErrEncoding)
}

// A cell may hold line ends; the rows behind it keep their line numbers.
func TestPackageCellsOfSeveralLines(t *testing.T) {
	files := folder(map[string]string{"claims.csv": "mineral,period,from,to,amount,basis,origin,note\r\ntin,2020,ground,RWA,1200 t,Sn,m,\"one\r\ntwo\"\r\n\r\ntin,2020,RWA,world,many,Sn,m,\r\n"})
	_, err := load(files)
	require.ErrorContains(t, err, "claims.csv:5: column amount: \"many\"")
	files["claims.csv"].Data = bytes.Replace(files["claims.csv"].Data, []byte("many"), []byte("5 t"), 1)
	require.Equal(t, "one\ntwo", of[flows.Claim](read(t, datasets.Package{FS: files}, datasets.Query{}))[0].Note)
}

func TestPackageInAZip(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	require.NoError(t, z.AddFS(os.DirFS("testdata/small")))
	require.NoError(t, z.Close())
	r, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	require.NoError(t, err)
	require.Equal(t, read(t, small(), datasets.Query{}), read(t, datasets.Package{FS: r}, datasets.Query{}))
}

func TestPackageTruncatedGzip(t *testing.T) {
	var rows strings.Builder
	rows.WriteString("mineral,period,from,to,amount,basis,origin,locator\n")
	for i := range 2000 {
		rows.WriteString("tin,2020,ground,RWA,1200 t,Sn,m," + strings.Repeat(string(rune('a'+i%26)), i%37) + time.Duration(i*i*7919).String() + "\n")
	}
	whole := gzipped(t, rows.String())
	for _, n := range []int{5, len(whole) / 2, len(whole) - 4} {
		_, err := load(folder(map[string]string{"claims.csv": whole[:n]}))
		require.ErrorContains(t, err, "claims.csv", "cut at %d of %d", n, len(whole))
		require.ErrorContains(t, err, "the gzip file is cut short", "cut at %d of %d", n, len(whole))
		require.NotContains(t, err.Error(), "\n", "one fault, one message")
	}
	broken := []byte(whole)
	broken[len(broken)/2] ^= 0xff
	_, err := load(folder(map[string]string{"claims.csv": string(broken)}))
	require.ErrorContains(t, err, "the gzip file is damaged")
}

// generated is a folder with one file that is made while it is read.
type generated struct {
	fs.FS
	name string
	open func() io.Reader
}

func (g generated) Open(name string) (fs.File, error) {
	if name != g.name {
		return g.FS.Open(name)
	}
	f, err := g.FS.Open("origins.csv")
	return readerFile{g.open(), f}, err
}

type readerFile struct {
	io.Reader
	fs.File
}

func (f readerFile) Read(p []byte) (int, error) { return f.Reader.Read(p) }

type endless byte

func (c endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(c)
	}
	return len(p), nil
}

// A line, or a cell whose quote is never closed, of 100 MB ends the reading with an error in a few MB of memory.
func TestPackageLineWithoutEnd(t *testing.T) {
	const size = 100 << 20
	for name, c := range map[string]struct {
		start string
		rest  io.Reader
		says  string
	}{
		"header": {"", endless('x'), "claims.csv:1: bad row: a line of more than 1048576 bytes"},
		"row":    {"mineral,period,from,to,amount,basis,origin\n", endless('x'), "claims.csv:2: bad row: a line of more than 1048576 bytes"},
		"quote":  {"mineral,period,from,to,amount,basis,origin\ntin,\"", endless('\n'), "claims.csv:2: bad row: a quote is opened and not closed within 1048576 bytes"},
		"quoted": {"mineral,period,from,to,amount,basis,origin\ntin,\"", endless('x'), "claims.csv:2: bad row: a line of more than 1048576 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			files := generated{folder(nil), "claims.csv", func() io.Reader {
				return io.MultiReader(strings.NewReader(c.start), io.LimitReader(c.rest, size))
			}}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := datasets.Load(context.Background(), datasets.Query{}, datasets.Package{FS: files})
			runtime.ReadMemStats(&after)
			require.ErrorContains(t, err, c.says)
			require.ErrorIs(t, err, datasets.ErrShape)
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(16<<20))
			require.Less(t, len(err.Error()), 1000)
		})
	}
}

// A file that never ends is left within a chunk of the cancellation.
func TestPackageStopsWhenCancelled(t *testing.T) {
	const row = "tin,2020,ground,RWA,1200 t,Sn,m\n"
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	files := generated{folder(nil), "claims.csv", func() io.Reader {
		return io.MultiReader(strings.NewReader("mineral,period,from,to,amount,basis,origin\n"), &repeated{row: row})
	}}
	rows, last := 0, error(nil)
	for r, err := range (datasets.Package{FS: files}).Records(ctx, datasets.Query{}) {
		if last = err; r != nil {
			rows++
		}
		if rows == 10_000 {
			cancel()
		}
	}
	require.Equal(t, context.Canceled, last)
	require.LessOrEqual(t, rows, 10_000+4096)

	ctx, cancel = context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, cancel)
	_, err := datasets.Load(ctx, datasets.Query{}, datasets.Package{FS: files})
	require.Equal(t, context.Canceled, err)
	ctx, cancel = context.WithTimeout(context.Background(), -time.Second)
	defer cancel()
	_, err = datasets.Load(ctx, datasets.Query{}, datasets.Package{FS: files})
	require.Equal(t, context.DeadlineExceeded, err)
	_, err = datasets.Load(ctx, datasets.Query{})
	require.Equal(t, context.DeadlineExceeded, err)
}

type repeated struct {
	row string
	at  int
}

func (r *repeated) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = r.row[r.at]
		r.at = (r.at + 1) % len(r.row)
	}
	return len(p), nil
}

// FuzzPackage looks for tables that panic, and for rows that vanish: what is neither a record nor an error.
func FuzzPackage(f *testing.F) {
	small, err := os.ReadFile("testdata/small/claims.csv")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(small)
	const head = "mineral,period,from,to,amount,basis,origin\n"
	for _, s := range []string{"", "\ufeff" + head, head + "tin,2020,ground,RWA,1200 t,Sn,m\r\n", head + "tin,2020,\"ground\",RWA,\"1,200\",Sn,m\n", head + "\"", head + "tin\xe9\n",
		"\x1f\x8b\x08", head + ",,,,,,\n", "mineral\rperiod", head + "tin,2020-Q1,COD+RWA,world,>=5 k,USD,m\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, claims []byte) {
		files := folder(nil)
		files["claims.csv"] = &fstest.MapFile{Data: claims}
		for r, err := range (datasets.Package{FS: files}).Records(context.Background(), datasets.Query{}) {
			switch c, ok := r.(flows.Claim); {
			case err != nil:
				require.Nil(t, r)
				require.NotEmpty(t, err.Error())
			case ok:
				require.NotNil(t, c.Origin)
				require.NotNil(t, c.Amount.Value)
				require.NotZero(t, c.Pos.Line)
			}
		}
		ledger, err := load(files)
		require.True(t, (ledger == nil) == (err != nil))
	})
}
