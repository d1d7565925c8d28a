package cli

import (
	"archive/zip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// trade is a download of the web page of UN Comtrade, of the columns that are read: what the UAE records of Ugandan gold in 2019.
const trade = `refYear,refMonth,period,reporterCode,flowCode,partnerCode,partner2Code,classificationCode,cmdCode,customsCode,motCode,qtyUnitCode,qty,netWgt,primaryValue
"2019","52","2019","784","M","800","0","H5","710812","C00","0","8","31000","31000","1713491887",""
"2019","52","2019","784","M","899","0","H5","710812","C00","0","8","1000","1000","50000000",""
"2019","52","2019","784","M","800","0","H5","090111","C00","0","8","1000","1000","50000000",""
`

// Publishers' files stand beside the built-in data, several at once, and what became of their rows is said.
func TestPublishersFiles(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "TradeData.csv"), []byte(trade), 0o644))
	const formats = "../../../datasets/"
	status, out, errs := call("-data", "greatlakes", "-data", "comtrade:"+dir, "-data", "usgs:"+formats+"usgs/testdata/MCS2025_World_Data.csv",
		"-data", "baci:"+formats+"baci/testdata/v202501", "-data", "pinksheet:"+formats+"pinksheet/testdata", "-explain", "gold/UGA/2019")
	require.Equal(t, 0, status, errs)
	lines := strings.Split(strings.TrimSpace(errs), "\n")
	require.Len(t, lines, 6, errs)
	require.Contains(t, lines[0], "region: comtrade:"+dir+": 3 rows: 1 kept, 1 ")
	require.Contains(t, lines[1], dir+"/TradeData.csv does not say when it was published; "+time.Now().UTC().Format("2006-01-02")+", when it was last changed, is taken")
	require.Contains(t, lines[2], "say -data comtrade:"+dir+"@DATE")
	lines = lines[2:]
	require.Contains(t, lines[1], "MCS2025_World_Data.csv: 9 rows: 5 kept, ")
	require.Contains(t, lines[2], "baci/testdata/v202501: ")
	require.Contains(t, lines[3], "pinksheet/testdata: ")
	require.Contains(t, out, "31000 kg") // the later edition, in tonnes, speaks where the built-in data know dollars
	require.Contains(t, out, "TradeData.csv:2")
}

// What a copied file says is as old as the user says it is: a download of early 2020 does not beat the built-in figure, of a later edition,
// though its file was made just now. Without a date it does, and the row says so.
func TestAnOldFile(t *testing.T) {
	dir := t.TempDir()
	old := strings.ReplaceAll(strings.SplitAfter(trade, "\n")[0]+strings.SplitAfter(trade, "\n")[1], `"31000","31000","1713491887"`, `"","","1000000000"`)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "TradeData.csv"), []byte(old), 0o644))
	// The file states the part HS 710812 that the built-in data have of the same producer, reporter and year: another edition of it.
	explain := func(data string) (out, errs string) {
		status, out, errs := call("-data", "africagold", "-data", data, "-explain", "gold/UGA/2019")
		require.Equal(t, 0, status, errs)
		return out, errs
	}
	out, errs := explain("comtrade:" + dir)
	require.Contains(t, out, "undated-edition: ")
	require.Contains(t, out, "comtrade-are-gold-"+time.Now().UTC().Format("2006-01-02")+"-undated")
	require.Contains(t, errs, "TradeData.csv does not say when it was published")
	out, errs = explain("comtrade:" + dir + "@2020-01")
	require.NotContains(t, out, "undated-edition: ")
	require.NotContains(t, errs, "does not say")
	require.Contains(t, out, "comtrade-are-gold-2020-01")

	require.NoError(t, os.Chtimes(filepath.Join(dir, "TradeData.csv"), time.Time{}, time.Unix(0, 0))) // no day at all
	status, _, errs := call("-data", "comtrade:"+dir)
	require.Equal(t, 1, status)
	require.Contains(t, errs, "-data PLACE@DATE says when files were published")
	require.Contains(t, errs, "TradeData.csv: nothing says when the file was published")
	require.NoError(t, os.Chtimes(filepath.Join(dir, "TradeData.csv"), time.Time{}, time.Now()))

	odd := filepath.Join(dir, "a@b") // a place that exists is meant as it is written
	require.NoError(t, os.Mkdir(odd, 0o755))
	require.NoError(t, os.Rename(filepath.Join(dir, "TradeData.csv"), filepath.Join(odd, "TradeData.csv")))
	_, errs = explain("comtrade:" + odd)
	require.Contains(t, errs, "1 rows: 1 kept")
	_, errs = explain("comtrade:" + odd + "@2020")
	require.NotContains(t, errs, "does not say")
}

// CEPII ships a revision as one zip.
func TestAZipOfFiles(t *testing.T) {
	name := filepath.Join(t.TempDir(), "BACI_HS17_V202501.zip")
	f, err := os.Create(name)
	require.NoError(t, err)
	z := zip.NewWriter(f)
	w, err := z.Create("BACI_HS17_Y2022_V202501.csv")
	require.NoError(t, err)
	_, err = w.Write([]byte("t,i,j,k,v,q\n2022,768,784,710812,  500000.000,        9.500\n"))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	require.NoError(t, f.Close())
	status, out, errs := call("-data", "greatlakes", "-data", "baci:"+name, "-explain", "gold/TGO/2022")
	require.Equal(t, 0, status, errs)
	require.Contains(t, errs, ": 1 rows: 1 kept")
	require.Contains(t, out, "9.5 t gross")
	cut := filepath.Join(t.TempDir(), "cut.zip")
	require.NoError(t, os.WriteFile(cut, []byte("PK"), 0o644))
	status, _, errs = call("-data", "baci:"+cut)
	require.Equal(t, 1, status)
	require.Contains(t, errs, "no zip archive, or one that is cut short: fetch it again")
	status, _, errs = call("-data", "baci:data_test.go", "-data", "greatlakes")
	require.Equal(t, 1, status, errs)
}

// What a scenario of the built-in data says of a publisher's figures holds for those of the publisher's own files too: under rwanda-tin-laundromat
// USGS' figure for 2023 is no output, whichever file it comes from.
func TestScenariosHoldForPublishersFiles(t *testing.T) {
	dir := t.TempDir()
	table := "SOURCE,COMMODITY,COUNTRY,TYPE,UNIT_MEAS,PROD_2023,PROD_EST_ 2024,PROD_NOTES\n" +
		"MCS2025,Tin,Rwanda,\"Mine production, tin content\",metric tons,3700,3650,\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "MCS2025_World_Data.csv"), []byte(table), 0o644))
	output := func(more ...string) string {
		status, out, errs := call(append(more, "-data", "greatlakes", "-scenario", "rwanda-tin-laundromat", "-explain", "tin/RWA/2023")...)
		require.Equal(t, 0, status, errs)
		for _, line := range strings.Split(out, "\n") {
			if strings.HasPrefix(line, "output ") {
				return line
			}
		}
		return ""
	}
	alone := output()
	require.Contains(t, alone, ">=")
	require.Equal(t, alone, output("-data", "usgs:"+dir))
}

// A publisher's figure that no rate carries to tonnes is set aside, and said.
func TestFiguresWithoutARate(t *testing.T) {
	dir := t.TempDir()
	row := `"2013","52","2013","458","M","646","0","H4","260900","C00","0","-1","0","0","9000000",""` + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "TradeData.csv"), []byte(trade+row), 0o644))
	args := []string{"-data", "greatlakes", "-data", "comtrade:" + dir, "-mineral", "tin", "-place", "RWA", "-period", "2013"}
	status, out, errs := call(args...)
	require.Equal(t, 0, status, errs)
	require.Contains(t, out, "no-rate: set aside, since no rate leads from USD-cif to Sn: what trade statistics of Malaysia\n    state (1)")
	status, out, errs = call(append(args, "-aside")...)
	require.Equal(t, 0, status, errs)
	require.Contains(t, out, "no rate leads from USD-cif to Sn")
}

func TestWrongData(t *testing.T) {
	for _, c := range []struct {
		data   string
		status int
		says   string
	}{
		{"", 2, `region: -data "": want the folder of a data package, greatlakes, africagold, or baci:, bgs:, comtrade:, pinksheet:, usgs: or wmd: before a folder or file`},
		{"eurostat:testdata", 2, "region: -data eurostat:testdata: eurostat is no format; want the folder of a data package, "},
		{"owid:testdata", 2, "region: -data owid:testdata: a chart of Our World in Data does not say who measured nor of what its tonnes are: read it in a program, with owid.Source; here want "},
		{"usgs:", 2, "region: -data usgs:: want a folder or file behind the colon"},
		{"usgs:testdata@March", 2, "region: -data usgs:testdata@March: want a date behind the @: 2024, 2024-03 or 2024-03-11"},
		{"usgs:at@home/nowhere", 1, "region: -data usgs:at@home/nowhere: stat at@home/nowhere: no such file or directory"},
		{"testdata@2024", 2, "region: -data testdata@2024: @DATE is for publishers' files; a data package says in origins.csv when each origin was published"},
		{"greatlakes@2024-03", 2, "region: -data greatlakes@2024-03: @DATE is for publishers' files; a data package says "},
		{"nowhere@2024", 1, "region: -data: stat nowhere@2024: no such file or directory"},
		{"usgs:@2024", 2, "region: -data usgs:@2024: want a folder or file behind the colon"},
		{"usgs:testdata/nowhere@2024", 1, "region: -data usgs:testdata/nowhere@2024: stat testdata/nowhere: no such file or directory"},
		{"usgs:testdata/nowhere", 1, "region: -data usgs:testdata/nowhere: stat testdata/nowhere: no such file or directory"},
		{"usgs:testdata", 1, "region: usgs:testdata: 0 rows: 0 kept\nregion: the folder holds no files of USGS (mcs2023-tanta_world.csv, "},
		{"baci:../../../datasets/baci/testdata/bad", 1, "region: baci:../../../datasets/baci/testdata/bad: "},
	} {
		status, out, errs := call("-data", c.data)
		require.Equal(t, c.status, status, errs)
		require.Empty(t, out)
		require.True(t, strings.HasPrefix(errs, c.says), errs)
	}
}
