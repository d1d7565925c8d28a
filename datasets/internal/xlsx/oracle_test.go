package xlsx

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/mineralflows/mineralflows/datasets/internal/samples"
)

// Every sheet and every cell of genuine workbooks, read by two programs that know nothing of each other.
func TestGenuineWorkbooksAgainstExcelize(t *testing.T) {
	for _, folder := range []string{"worldbank-pinksheet", "wmd-xlsx"} {
		dir := os.DirFS(samples.Dir(t, folder))
		files := 0
		require.NoError(t, fs.WalkDir(dir, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || path.Ext(name) != ".xlsx" {
				return err
			}
			files++
			t.Run(filepath.Base(folder)+"/"+name, func(t *testing.T) {
				text, err := fs.ReadFile(dir, name)
				require.NoError(t, err)
				w, err := OpenFS(dir, name)
				require.NoError(t, err)
				defer w.Close()
				t.Logf("%d cells", compare(t, text, w))
			})
			return nil
		}))
		require.NotZero(t, files, folder)
	}
}

// compare reads all sheets with both and returns how many cells show something.
func compare(t *testing.T, text []byte, w *Workbook) (cells int) {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(text), excelize.Options{RawCellValue: true})
	require.NoError(t, err)
	defer f.Close()
	props, err := f.GetDocProps()
	require.NoError(t, err)
	day, _, _ := strings.Cut(props.Modified, "T")
	require.Equal(t, day, w.Saved())
	var names []string
	for _, s := range w.Sheets() {
		names = append(names, s.Name)
		visible, err := f.GetSheetVisible(s.Name)
		require.NoError(t, err)
		require.Equal(t, !visible, s.Hidden, s.Name)
	}
	require.Equal(t, f.GetSheetList(), names)
	for _, name := range names {
		theirs, err := f.Rows(name)
		require.NoError(t, err)
		at := 0
		columns := func() []string {
			at++
			c, err := theirs.Columns()
			require.NoError(t, err)
			return shown(c)
		}
		next := func() []string {
			require.True(t, theirs.Next())
			return columns()
		}
		for row, err := range w.Rows(context.Background(), name) {
			require.NoError(t, err)
			for at < row.Number-1 {
				require.Empty(t, next(), "%s: row %d", name, at)
			}
			var ours []string
			for _, c := range row.Cells {
				ours = append(ours, raw(c))
				if c.Kind != Empty {
					cells++
				}
			}
			if want := next(); !slices.Equal(want, shown(ours)) { // require compares by reflection, which is slow
				require.Equal(t, want, shown(ours), "%s: row %d", name, row.Number)
			}
		}
		for theirs.Next() {
			require.Empty(t, columns(), "%s: row %d", name, at)
		}
		require.NoError(t, theirs.Close())
	}
	return cells
}

// raw is what excelize gives for a cell.
func raw(c Cell) string {
	switch {
	case c.Kind == Bool && c.Text == "TRUE":
		return "1"
	case c.Kind == Bool:
		return "0"
	}
	return c.Text
}

// shown leaves out the empty cells at the end.
func shown(cells []string) []string {
	for len(cells) > 0 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	return cells
}

func TestWrittenWorkbooksAgainstExcelize(t *testing.T) {
	for name, stream := range map[string]bool{"cells, strings shared": false, "a stream, strings inline": true} {
		t.Run(name, func(t *testing.T) {
			f := excelize.NewFile()
			defer f.Close()
			require.NoError(t, f.SetSheetName("Sheet1", "Steam Coal "))
			_, err := f.NewSheet("Größe & <Wert>")
			require.NoError(t, err)
			_, err = f.NewSheet("Hidden")
			require.NoError(t, err)
			require.NoError(t, f.SetSheetVisible("Hidden", false))
			day, err := f.NewStyle(&excelize.Style{NumFmt: 14})
			require.NoError(t, err)
			rows := [][]any{
				{"Gold", " two blanks  ", "line\nbreak", "tab\tand \"quotes\"", "Côte d’Ivoire …", "a_x0041_b", "_x005F_", "control \x01", "𝔸 beyond"},
				{1799.62916666667, 0.1, -3, 1e-300, 12345678901234567, 0.30000000000000004},
				nil,
				{nil, nil, true, false, nil, ""},
				{excelize.Cell{Formula: "1+1", Value: 2}},
				{time.Date(2021, 3, 4, 12, 0, 0, 0, time.UTC)},
			}
			if stream {
				s, err := f.NewStreamWriter("Größe & <Wert>")
				require.NoError(t, err)
				for i, row := range rows {
					at, err := excelize.CoordinatesToCellName(2, 3*i+1)
					require.NoError(t, err)
					require.NoError(t, s.SetRow(at, row))
				}
				require.NoError(t, s.Flush())
			} else {
				for i, row := range rows {
					for j, v := range row {
						at, err := excelize.CoordinatesToCellName(1+4*j, 2*i+1)
						require.NoError(t, err)
						if c, ok := v.(excelize.Cell); ok {
							v = c.Value
						}
						if v != nil {
							require.NoError(t, f.SetCellValue("Größe & <Wert>", at, v))
						}
					}
				}
				require.NoError(t, f.SetCellRichText("Steam Coal ", "B2", []excelize.RichTextRun{
					{Text: "Urea ", Font: &excelize.Font{Bold: true}}, {Text: "E. Europe"}, {Text: " **"},
				}))
				require.NoError(t, f.SetCellValue("Hidden", "XFD3", "the last column"))
				require.NoError(t, f.SetCellValue("Steam Coal ", "A9", 44259.5))
				require.NoError(t, f.SetCellStyle("Steam Coal ", "A9", "A9", day))
			}
			var b bytes.Buffer
			require.NoError(t, f.Write(&b))
			w, err := Open(bytes.NewReader(b.Bytes()), int64(b.Len()))
			require.NoError(t, err)
			require.NotZero(t, compare(t, b.Bytes(), w))
			if stream {
				return
			}
			for row, err := range w.Rows(context.Background(), "Steam Coal ") {
				require.NoError(t, err)
				if row.Number == 9 {
					require.Equal(t, Date, row.Cell(0).Kind)
					at, err := w.Time(row.Cell(0))
					require.NoError(t, err)
					require.Equal(t, time.Date(2021, 3, 4, 12, 0, 0, 0, time.UTC), at)
				}
			}
		})
	}
}
