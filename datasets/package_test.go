package datasets_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/datasetstest"
	"github.com/mineralflows/mineralflows/flows"
)

func small() datasets.Package { return datasets.Package{FS: os.DirFS("testdata/small")} }

// folder is a package of two tables with some of its files replaced; an empty text takes a file away.
func folder(changes map[string]string) fstest.MapFS {
	files := map[string]string{
		"datapackage.json": `{"name":"mine","resources":[{"name":"origins","path":"origins.csv"},{"name":"claims","path":"claims.csv"}]}`,
		"origins.csv":      "id,producer,title,published,spread\nm,Ministry,Report,2021-03,*/1.2\nbare,Bureau,Yearbook,2021,\n",
		"claims.csv":       "mineral,period,from,to,amount,basis,origin\ntin,2020,ground,RWA,1200 t,Sn,m\n",
	}
	maps.Copy(files, changes)
	out := fstest.MapFS{}
	for name, text := range files {
		if text != "" {
			out[name] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	return out
}

func load(files fstest.MapFS) (*flows.Ledger, error) {
	return datasets.Load(context.Background(), datasets.Query{}, datasets.Package{FS: files})
}

func read(t *testing.T, s datasets.Source, q datasets.Query) []flows.Record {
	t.Helper()
	var all []flows.Record
	for r, err := range s.Records(context.Background(), q) {
		require.NoError(t, err)
		all = append(all, r)
	}
	return all
}

func of[R flows.Record](all []flows.Record) []R {
	var out []R
	for _, r := range all {
		if r, ok := r.(R); ok {
			out = append(out, r)
		}
	}
	return out
}

func TestPackageIsASource(t *testing.T) { datasetstest.TestSource(t, small()) }

// The figures of testdata/small, as its tables have them.
func TestPackageReadsEveryTable(t *testing.T) {
	all := read(t, small(), datasets.Query{})
	claims := of[flows.Claim](all)
	require.Len(t, claims, 12)
	require.Equal(t, flows.Flow{Mineral: "tantalum", Period: flows.Year(2020), From: "ground", To: "RWA"}, claims[0].Flow)
	require.Equal(t, flows.Estimated, claims[0].Evidence)
	require.Equal(t, "250 t", claims[0].Amount.Text)
	require.Equal(t, flows.Pos{File: "claims.csv", Line: 2}, claims[0].Pos)
	require.InEpsilon(t, 325, claims[0].Amount.Value.Quantile(0.95), 1e-12, "250 t */ 1.3")
	require.Equal(t, flows.Reported, claims[1].Evidence, "the default")
	require.Equal(t, 150.0, claims[1].Amount.Value.Quantile(0.5), "150000 kg")
	require.Same(t, claims[1].Origin, claims[4].Origin)

	quarter := claims[2]
	require.Equal(t, flows.Unrecorded, quarter.Channel)
	require.Equal(t, "panel", quarter.Scenario)
	require.Equal(t, `what traders said, "about fifteen"`, quarter.Note)
	require.Equal(t, 60.0, quarter.Amount.Value.Quantile(1), "20 t a month for three months")
	require.Equal(t, 1440.0, claims[3].Amount.Value.Quantile(0.5), "a capacity of 120 t a month, per year")
	require.True(t, claims[3].Period.IsZero())
	require.Equal(t, &flows.Flow{Mineral: "tantalum", Period: flows.Year(2020), From: "RWA", To: "world"}, claims[4].Amount.Of)
	require.Equal(t, []string{"parts"}, claims[5].Origin.Complete)
	require.Equal(t, 1.25e9, claims[7].Amount.Value.Quantile(0.05), "exact: the origin's spread is 1")
	require.Equal(t, flows.AtLeast, claims[8].Amount.Bound)
	require.Equal(t, -0.02, claims[9].Amount.Value.Mean(), "a net flow to stock")
	require.Equal(t, flows.Mineral("cobalt"), claims[11].Mineral, "the second file of the table")
	require.Equal(t, flows.Pos{File: "claims-cobalt.csv", Line: 2}, claims[11].Pos)
	require.Equal(t, 90000.0, claims[11].Amount.Value.Quantile(0.5))

	rates := of[flows.Rate](all)
	require.Len(t, rates, 5)
	require.Equal(t, 0.35, rates[0].Value.Quantile(1))
	require.True(t, rates[0].Period.IsZero())
	require.False(t, rates[0].Independent)
	require.InEpsilon(t, 0.4, rates[1].Value.Quantile(0.95), 1e-12)
	require.True(t, rates[2].Independent)
	require.InEpsilon(t, 1769.64/31.1034768e-6, rates[2].Value.Quantile(0.5), 1e-12, "dollars an ounce, per tonne")
	require.Equal(t, "1769.64 /ozt", rates[2].Text)

	require.Equal(t, flows.Place("COD"), of[flows.Corridor](all)[0].From)
	events := of[flows.Event](all)
	require.Equal(t, "2019", events[1].Date)
	require.Equal(t, flows.Gold, events[1].Mineral)
	sites := of[flows.Site](all)
	require.Equal(t, []flows.Place{"BDI", "COD", "RWA", "UGA"}, sites[1].Members)
	published := of[flows.Published](all)
	require.Equal(t, 20.0, published[0].Amount.Value.Quantile(0.5))
	require.Nil(t, published[1].Amount)
	changes := of[flows.Change](all)
	require.Len(t, changes, 6)
	require.Equal(t, flows.Change{Scenario: "low grade", Action: "set", Target: "rate/tantalum/RWA/*", Value: "0.20", Who: "Geological survey",
		Pos: flows.Pos{File: "scenarios.csv", Line: 3}}, changes[1])
	commodities := of[flows.Commodity](all)
	require.Equal(t, flows.Commodity{Mineral: "cobalt", Substance: "Co", Pos: flows.Pos{File: "datapackage.json"}}, commodities[0])
}

// Each row of the table is one thing that a file can get wrong, and what the message must say for a person to mend it.
func TestPackageRefuses(t *testing.T) {
	const head = "mineral,period,from,to,amount,basis,origin\n"
	descriptor := func(s string) map[string]string { return map[string]string{"datapackage.json": s} }
	claims := func(s string) map[string]string { return map[string]string{"claims.csv": s} }
	row := func(s string) map[string]string { return claims(head + s + "\n") }
	origins := func(s string) map[string]string { return map[string]string{"origins.csv": s} }
	for name, c := range map[string]struct {
		files map[string]string
		is    error
		says  []string
	}{
		"no descriptor":       {descriptor(""), datasets.ErrDescriptor, []string{"datapackage.json: ", "a data package needs a datapackage.json beside its tables"}},
		"empty descriptor":    {descriptor(" "), datasets.ErrDescriptor, []string{"the file is empty"}},
		"broken descriptor":   {descriptor("{\n\"name\": \"x\",\n}"), datasets.ErrDescriptor, []string{"datapackage.json:3: "}},
		"wrong type":          {descriptor("{\n\"resources\": 5}"), datasets.ErrDescriptor, []string{"datapackage.json:2: ", "resources"}},
		"no resources":        {descriptor("{}"), datasets.ErrDescriptor, []string{"lists no resources"}},
		"no origins":          {descriptor(`{"resources":[{"name":"claims","path":"claims.csv"}]}`), datasets.ErrTable, []string{"no resource is named origins"}},
		"unknown table":       {descriptor(`{"resources":[{"name":"origin","path":"origins.csv"}]}`), datasets.ErrDescriptor, []string{`did you mean "origins"?`}},
		"table listed twice":  {descriptor(`{"resources":[{"name":"origins","path":"origins.csv"},{"name":"origins","path":"origins.csv"},{"name":"claims","path":"claims.csv"}]}`), datasets.ErrDescriptor, []string{"listed twice"}},
		"table not listed":    {descriptor(`{"resources":[{"name":"origins","path":"origins.csv"}]}`), datasets.ErrTable, []string{"claims.csv stands in the folder and is no resource"}},
		"path on the network": {descriptor(`{"resources":[{"name":"origins","path":"https://example.org/o.csv"}]}`), datasets.ErrDescriptor, []string{"nothing is read from the network"}},
		"path outside":        {descriptor(`{"resources":[{"name":"origins","path":"../o.csv"}]}`), datasets.ErrDescriptor, []string{"a path inside the folder"}},
		"path of numbers":     {descriptor(`{"resources":[{"name":"origins","path":[1]}]}`), datasets.ErrDescriptor, []string{"want a text or a list of texts"}},
		"no path":             {descriptor(`{"resources":[{"name":"origins"}]}`), datasets.ErrDescriptor, []string{"has no path"}},
		"places":              {descriptor(`{"places":"any","resources":[{"name":"origins","path":"origins.csv"},{"name":"claims","path":"claims.csv"}]}`), datasets.ErrDescriptor, []string{`"free"`}},
		"minerals":            {descriptor(`{"minerals":{"Cobalt":"gross"},"resources":[{"name":"origins","path":"origins.csv"},{"name":"claims","path":"claims.csv"}]}`), datasets.ErrDescriptor, []string{"lower-case", "no substance"}},
		"encoding":            {descriptor(`{"encoding":"utf-16","resources":[{"name":"origins","path":"origins.csv"},{"name":"claims","path":"claims.csv"}]}`), datasets.ErrEncoding, []string{"windows-1252"}},

		"missing table":          {map[string]string{"claims.csv": ""}, datasets.ErrTable, []string{"claims.csv: ", `the resource "claims" of datapackage.json lists it`}},
		"empty file":             {claims("\n\n"), datasets.ErrShape, []string{"claims.csv:1: ", "the file is empty", "mineral, period, from, to, amount, basis, origin"}},
		"missing column":         {claims("mineral,period,from,to,amount,origin\n"), datasets.ErrColumn, []string{"claims.csv:1: ", `no column "basis"`}},
		"unknown column":         {claims("mineral,period,from,to,amount,basis,origin,reportr\n"), datasets.ErrColumn, []string{"claims.csv:1: ", `"reportr" is no column of the table claims; did you mean "reporter"?`}},
		"column twice":           {claims("mineral,period,from,to,amount,basis,origin,basis\n"), datasets.ErrColumn, []string{`"basis" stands twice`}},
		"semicolons":             {claims(strings.ReplaceAll(head, ",", ";")), datasets.ErrColumn, []string{"parted by ';'", "delimiter"}},
		"too few cells":          {row("tin,2020,ground,RWA,1200 t,Sn"), datasets.ErrShape, []string{"claims.csv:2: ", "6 cells where the header has 7"}},
		"too many cells":         {row("tin,2020,ground,RWA,1,200 t,Sn,m"), datasets.ErrShape, []string{"claims.csv:2: ", "8 cells where the header has 7", "in quotes"}},
		"quote inside":           {row(`tin,2020,ground,RWA,12"00 t,Sn,m`), datasets.ErrShape, []string{"claims.csv:2: ", "a quote inside a cell"}},
		"quote never closed":     {row(`tin,2020,ground,RWA,"1200 t,Sn,m`), datasets.ErrShape, []string{"claims.csv:2: ", "opened and never closed"}},
		"text behind a quote":    {row(`tin,2020,ground,RWA,"1200" t,Sn,m`), datasets.ErrShape, []string{"claims.csv:2: ", "behind a closing quote"}},
		"bare carriage returns":  {claims(strings.ReplaceAll(head, "\n", "\r") + "tin\r"), datasets.ErrShape, []string{"claims.csv:1: ", "bare carriage return"}},
		"Latin-1":                {row("tin,2020,ground,RWA,1200 t,Sn,b\xe9"), datasets.ErrEncoding, []string{"claims.csv:2: column origin: ", "0xe9 is not UTF-8", "save the file as CSV UTF-8"}},
		"UTF-16":                 {claims("\xff\xfem\x00i\x00"), datasets.ErrEncoding, []string{"claims.csv: ", "UTF-16"}},
		"empty required cell":    {row("tin,2020,,RWA,1200 t,Sn,m"), datasets.ErrEmptyCell, []string{`claims.csv:2: column from: "": empty, and required`}},
		"unknown mineral":        {row("tinn,2020,ground,RWA,1200 t,Sn,m"), flows.ErrMineral, []string{`column mineral: "tinn"`, `did you mean "tin"?`}},
		"unknown country":        {row("tin,2020,ground,RWN,1200 t,Sn,m"), flows.ErrPlace, []string{"claims.csv:2: ", `"RWN" is no ISO 3166-1 alpha-3 code`}},
		"country in lower case":  {row("tin,2020,ground,rwa,1200 t,Sn,m"), flows.ErrPlace, []string{"claims.csv:2: ", `did you mean "RWA"?`}},
		"to itself":              {row("tin,2020,RWA,RWA,1200 t,Sn,m"), flows.ErrSelf, []string{"claims.csv:2: "}},
		"period":                 {row("tin,2020-13,ground,RWA,1200 t,Sn,m"), flows.ErrPeriod, []string{`claims.csv:2: column period: "2020-13"`, "want 2023"}},
		"period upside down":     {row("tin,2020-05..2020-02,ground,RWA,1200 t,Sn,m"), flows.ErrPeriod, []string{"claims.csv:2: ", "the earlier month first"}},
		"no period":              {row("tin,,ground,RWA,1200 t,Sn,m"), flows.ErrPeriod, []string{"claims.csv:2: ", "only a capacity needs none"}},
		"no basis":               {row("tin,2020,ground,RWA,1200 t,,m"), flows.ErrNoBasis, []string{"claims.csv:2: column basis: ", "amount without a basis"}},
		"unknown basis":          {row("tin,2020,ground,RWA,1200 t,sn,m"), flows.ErrBasis, []string{"claims.csv:2: column basis: ", `did you mean "Sn"?`}},
		"negative":               {row("tin,2020,ground,RWA,-1200 t,Sn,m"), nil, []string{`claims.csv:2: column amount: "-1200 t": negative`}},
		"not a number":           {row("tin,2020,ground,RWA,NaN,Sn,m"), nil, []string{`claims.csv:2: column amount: "NaN": not a number`}},
		"infinite":               {row("tin,2020,ground,RWA,+Inf t,Sn,m"), nil, []string{`claims.csv:2: column amount: "+Inf t": not a number`}},
		"thousands":              {row(`tin,2020,ground,RWA,"1,200",Sn,m`), nil, []string{`claims.csv:2: column amount: "1,200": not a number`, "no comma in a number"}},
		"range upside down":      {row("tin,2020,ground,RWA,1200..800 t,Sn,m"), nil, []string{`claims.csv:2: column amount: "1200..800 t": upside down`}},
		"unknown unit":           {row("tin,2020,ground,RWA,1200 tonnes,Sn,m"), datasets.ErrUnit, []string{"claims.csv:2: column amount: ", "known are t kg g lb ozt kt"}},
		"bare number":            {row("tin,2020,ground,RWA,1200 t,Sn,bare"), datasets.ErrNoSpread, []string{"claims.csv:2: column amount: ", "*/1.3 on the row or on its origin"}},
		"unknown origin":         {row("tin,2020,ground,RWA,1200 t,Sn,baer"), flows.ErrOrigin, []string{`claims.csv:2: column origin: "baer"`, `did you mean "bare"?`}},
		"the same claim twice":   {row("tin,2020,ground,RWA,1200 t,Sn,m\ntin,2020,ground,RWA,1300 t,Sn,m"), flows.ErrDuplicate, []string{"claims.csv:3: ", "claims.csv:2"}},
		"duplicate id":           {origins("id,producer,title,published,spread\nm,Ministry,Report,2021-03,*/1.2\nm,Bureau,Yearbook,2021,\n"), datasets.ErrTwice, []string{`origins.csv:3: column id: "m"`, "origins.csv:2"}},
		"date":                   {origins("id,producer,title,published,spread\nm,Ministry,Report,3/2021,*/1.2\n"), datasets.ErrDate, []string{"origins.csv:2: column published: ", "2024-03"}},
		"no date":                {origins("id,producer,title,published,spread\nm,Ministry,Report,,*/1.2\n"), datasets.ErrDate, []string{"origins.csv:2: column published: "}},
		"spread":                 {origins("id,producer,title,published,spread\nm,Ministry,Report,2021,30 %\n"), nil, []string{`origins.csv:2: column spread: "30 %"`, "write +-30 %"}},
		"complete":               {origins("id,producer,title,published,complete\nm,Ministry,Report,2021,part\n"), datasets.ErrWord, []string{`did you mean "parts"?`}},
		"evidence":               {claims("mineral,period,from,to,amount,basis,origin,evidence\ntin,2020,ground,RWA,1200 t,Sn,m,hearsay\n"), flows.ErrEvidence, []string{"column evidence: \"hearsay\"", "testimony"}},
		"channel":                {claims("mineral,period,from,to,amount,basis,origin,channel\ntin,2020,ground,RWA,1200 t,Sn,m,recorded\n"), datasets.ErrWord, []string{"column channel: "}},
		"spread on a range":      {claims("mineral,period,from,to,amount,basis,origin,spread\ntin,2020,ground,RWA,1..2 t,Sn,m,*/1.2\n"), nil, []string{`claims.csv:2: column spread: "*/1.2"`, "a range says"}},
		"share of nothing":       {row("tin,2020,ground,RWA,20 %,share,m"), flows.ErrAmount, []string{"claims.csv:2: ", "RWA>world"}},
		"share of what":          {claims("mineral,period,from,to,amount,basis,origin,of\ntin,2020,COD,RWA,20 %,share,m,RWA\n"), flows.ErrAmount, []string{"column of: \"RWA\"", "RWA>world (artisanal)"}},
		"tonnes of another flow": {claims("mineral,period,from,to,amount,basis,origin,of\ntin,2020,COD,RWA,20 t,Sn,m,RWA>world\n"), flows.ErrAmount, []string{"only a share"}},
		"more than the whole":    {claims("mineral,period,from,to,amount,basis,origin,of\ntin,2020,COD,RWA,20,share,m,RWA>world\n"), flows.ErrAmount, []string{"a share is a fraction of 1"}},
		"site without a row":     {row("tin,2020,ground,COD/bisie,1200 t,Sn,m"), flows.ErrPlace, []string{"claims.csv:2: ", "no row in places.csv"}},
		"union out of order":     {row("tin,2020,RWA+COD,MYS,1200 t,Sn,m"), flows.ErrPlace, []string{"claims.csv:2: ", "COD+RWA"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load(folder(c.files))
			require.Error(t, err)
			if c.is != nil {
				require.ErrorIs(t, err, c.is)
			}
			for _, s := range c.says {
				require.ErrorContains(t, err, s)
			}
			require.Less(t, strings.Count(err.Error(), "\n"), 2, "one fault, one message (a descriptor may have two): %v", err)
		})
	}
	_, err := datasets.Load(context.Background(), datasets.Query{}, datasets.Package{})
	require.ErrorContains(t, err, "Package.FS is nil")
	_, err = datasets.Load(context.Background(), datasets.Query{}, nil)
	require.ErrorContains(t, err, "nil")
}

// The other tables, each with a row that is right and one row for each thing that is wrong.
func TestPackageRefusesRowsOfTheOtherTables(t *testing.T) {
	files := func(table, text string) fstest.MapFS {
		return folder(map[string]string{
			"datapackage.json": `{"name":"mine","resources":[{"name":"origins","path":"origins.csv"},{"name":"claims","path":"claims.csv"},{"name":"` + table + `","path":"x.csv"}]}`,
			"x.csv":            text,
		})
	}
	for table, c := range map[string]struct {
		text string
		says []string
	}{
		"rates": {"mineral,of,per,value,independent,origin\ntin,Sn,gross,60..70 %,,m\ntin,Sn,,60..70 %,,m\ntin,Sn,gross,0.6,perhaps,m\ntin,Sn,gross,0.6,,bare\ntin,USD-spot,Sn,5 /month,TRUE,m\n",
			[]string{"x.csv:3: column per: ", "x.csv:4: column independent: \"perhaps\"", "x.csv:5: column value: \"0.6\": a bare number", "x.csv:6: column value: "}},
		"corridors": {"mineral,from,to,origin\ntin,COD,RWA,m\ntin,COD,,m\n", []string{"x.csv:3: column to: "}},
		"events":    {"date,title,origin\n2020-03-20,Ban,m\nMarch 2020,Ban,m\n2020,,m\n", []string{"x.csv:3: column date: \"March 2020\"", "x.csv:4: column title: "}},
		"places":    {"place,name,members\nCOD/bisie,Bisie,\nCOD/bisie,Bisie again,\nCOD+RWA,both,\n", []string{"x.csv:3: column place: ", "x.csv:4: column place: "}},
		"published": {"id,who,published,mineral,from,to,period,what,amount,basis,origin\na,Panel,2020,tin,COD,RWA,2019,smuggled,>=5 t,Sn,m\na,Panel,2020,tin,COD,RWA,2019,smuggled,,,m\nb,Panel,2020,tin,COD,RWA,2019,smuggled,5 t,,m\n",
			[]string{"x.csv:3: column id: ", "x.csv:4: column basis: "}},
		"scenarios": {"scenario,action,target,value,note\na,set,rate/*,0.2,\na,set,rate/*,much,\na,set,,0.2,\na,drop,m,5,\na,treat,m,doubtful,\na,outflow,,biggest,\na,note,,,\na,remove,m,,\n",
			[]string{"x.csv:3: column value: \"much\"", "x.csv:4: column target: ", "x.csv:5: column value: \"5\"", "x.csv:6: column value: \"doubtful\"", "x.csv:7: column value: \"biggest\"", "x.csv:8: column note: ", "x.csv:9: column action: \"remove\""}},
	} {
		t.Run(table, func(t *testing.T) {
			_, err := load(files(table, c.text))
			var all flows.Errors
			require.ErrorAs(t, err, &all)
			require.Len(t, all, len(c.says), "%v", err)
			for i, s := range c.says {
				require.ErrorContains(t, all[i], s)
			}
		})
	}
}

// Thirty bad rows are all reported: twenty in full, ten counted. What rests on a bad origin is not reported a second time.
func TestPackageReportsAllBadRows(t *testing.T) {
	claims := "mineral,period,from,to,amount,basis,origin\n" + strings.Repeat("tin,2020,ground,RWA,many,Sn,m\n", 30) + "tin,2020,ground,XXX,5 t,Sn,m\n"
	_, err := load(folder(map[string]string{"claims.csv": claims}))
	var all flows.Errors
	require.ErrorAs(t, err, &all)
	require.Len(t, all, 31, "and what the ledger refuses")
	require.Equal(t, 21, len(strings.Split(err.Error(), "\n")))
	require.ErrorContains(t, err, "and 11 more")
	var row *datasets.RowError
	require.True(t, errors.As(all[29], &row))
	require.Equal(t, datasets.RowError{Pos: flows.Pos{File: "claims.csv", Line: 31}, Column: "amount", Value: "many", Err: row.Err}, *row)

	_, err = load(folder(map[string]string{"origins.csv": "id,producer,title,published,spread\nm,,Report,2021-03,*/1.2\n"}))
	require.ErrorAs(t, err, &all)
	require.Len(t, all, 1)
	require.ErrorContains(t, err, "origins.csv:2: column producer: ")
	_, err = load(folder(map[string]string{"origins.csv": "id,producer,title,published,spread\nm,Ministry,Report\n"}))
	require.ErrorAs(t, err, &all)
	require.Len(t, all, 1)
	require.ErrorContains(t, err, "origins.csv:2: ")
}

func TestPackageFreePlaces(t *testing.T) {
	files := folder(map[string]string{
		"datapackage.json": `{"name":"plant","places":"free","resources":[{"name":"origins","path":"origins.csv"},{"name":"claims","path":"claims.csv"}]}`,
		"claims.csv":       "mineral,period,from,to,amount,basis,origin\ntin,2020,feed,mill,1200 t,Sn,m\ntin,2020,mill,depot-1+depot-2,1100 t,Sn,m\n",
	})
	all := read(t, datasets.Package{FS: files}, datasets.Query{})
	var places []flows.Place
	for _, s := range of[flows.Site](all) {
		places = append(places, s.Place)
	}
	slices.Sort(places)
	require.Equal(t, []flows.Place{"depot-1", "depot-2", "feed", "mill"}, places)
	datasetstest.TestSource(t, datasets.Package{FS: files})
	files["claims.csv"] = &fstest.MapFile{Data: []byte("mineral,period,from,to,amount,basis,origin\ntin,2020,Feed,mill,1200 t,Sn,m\n")}
	_, err := load(files)
	require.ErrorIs(t, err, flows.ErrPlace)
}
