package adapter

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// Go's own decoder finds the same members.
func TestMembers(t *testing.T) {
	for _, text := range []string{`{}`, ` { "a" : 1 , "b":"x,\"}{y", "c":null,"d":[1,{"e":"]"}], "f":{"g":[]} ,"":true}`, `{"a":{"b":{}}}`, "{\n\"a\":\t-1.5e3\r\n}", `{"a":"\\"}`} {
		want := map[string]json.RawMessage{}
		require.NoError(t, json.Unmarshal([]byte(text), &want))
		got := map[string]json.RawMessage{}
		for name, value := range Members([]byte(text)) {
			got[string(name)] = value
		}
		require.Equal(t, want, got, text)
	}
}

// A text that is no object, or not sound, has some members or none.
func FuzzMembers(f *testing.F) {
	f.Add([]byte(`{"a":[1,"\"}"],"b":{"c":2}}`))
	f.Add([]byte(`{"a`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var want map[string]json.RawMessage
		sound := json.Unmarshal(text, &want) == nil && want != nil
		names := 0
		for name, value := range Members(text) {
			names++
			require.NotEmpty(t, value)
			if sound {
				require.True(t, json.Valid(value), "%s: %s", name, value)
			}
		}
		if sound {
			require.GreaterOrEqual(t, names, len(want))
		}
	})
}
