package xlsx

// What a sheet may hold, as spreadsheet programs have it (Microsoft: "Excel specifications and limits").
const (
	mostRows    = 1 << 20   // 1,048,576
	mostColumns = 1 << 14   // 16,384: A to XFD
	mostText    = 3 * 32767 // bytes: 32,767 UTF-16 units take three each at most
)

// limits bound what a file of a few kilobytes can unpack to. They lie far above any workbook that a publisher ships: the largest of
// those at hand has a sheet of 2.8 MB and 1,500 strings.
type limits struct {
	sheet       int64 // bytes of a sheet's XML. It streams, so that this bounds time, not memory
	part        int64 // bytes of another part's XML
	token       int   // bytes of one tag, or of one text between two
	depth       int   // of elements within each other
	strings     int   // how many strings the sheets share
	stringBytes int64 // and how long they are together; they are kept in memory
	formats     int   // cell formats; Excel allows 65,490
	sheets      int
	memory      int64 // bytes of a file that cannot be read at random, or that is packed, and is therefore read whole
}

func ordinary() limits {
	return limits{
		sheet: 2 << 30, part: 256 << 20, token: 1 << 20, depth: 256,
		strings: 2 << 20, stringBytes: 128 << 20, formats: 65490, sheets: 4096,
		memory: 256 << 20,
	}
}
