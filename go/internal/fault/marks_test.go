package fault_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// root is the folder of the module.
var root = filepath.Join("..", "..")

// options reads the names of all options, as a user of a library writes them.
func options(t *testing.T) map[string]bool {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(root, "capi", "testdata", "options.json"))
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Options map[string]map[string]string `json:"options"`
	}
	if err := json.Unmarshal(raw, &schema); err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, keys := range schema.Options {
		for key := range keys {
			names[strings.TrimSuffix(key, "_ms")] = true
		}
	}
	return names
}

// texts calls visit for all string literals of the library; format says whether
// one is handed to a function of this package.
func texts(t *testing.T, visit func(at token.Position, text string, format bool)) {
	t.Helper()
	files := token.NewFileSet()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			return err
		}
		skipped, formats := map[*ast.BasicLit]bool{}, map[*ast.BasicLit]bool{}
		ast.Inspect(file, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.ImportSpec:
				skipped[node.Path] = true
			case *ast.Field:
				skipped[node.Tag] = true
			case *ast.CallExpr:
				if called, ok := node.Fun.(*ast.SelectorExpr); ok && (called.Sel.Name == "WithHint" || called.Sel.Name == "Textf" || isFaultNew(called)) {
					for _, argument := range node.Args {
						if literal, ok := argument.(*ast.BasicLit); ok {
							formats[literal] = true
							break
						}
					}
				}
			case *ast.BasicLit:
				if text, err := strconv.Unquote(node.Value); err == nil && node.Kind == token.STRING && !skipped[node] {
					visit(files.Position(node.Pos()), text, formats[node])
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func isFaultNew(called *ast.SelectorExpr) bool {
	from, ok := called.X.(*ast.Ident)
	return ok && from.Name == "fault" && called.Sel.Name == "New"
}

var mark = regexp.MustCompile(`\{([a-z][a-z0-9_]*)(?:=False)?\}`)

func TestEveryMarkNamesAnOption(t *testing.T) {
	t.Parallel()
	known, found := options(t), 0
	texts(t, func(at token.Position, text string, format bool) {
		for _, one := range mark.FindAllStringSubmatch(text, -1) {
			if found++; !known[one[1]] {
				t.Errorf("%s: there is no option %s", at, one[0])
			}
		}
		if format && strings.ContainsAny(mark.ReplaceAllString(text, ""), "{}") {
			t.Errorf("%s: a brace that is no mark in %q", at, text)
		}
	})
	if found < 20 {
		t.Errorf("only %d marks were found", found)
	}
}

// Names of one word cannot be told from prose.
func TestOptionsInMessagesAreMarked(t *testing.T) {
	t.Parallel()
	var names []string
	for name := range options(t) {
		if strings.Contains(name, "_") {
			names = append(names, name)
		}
	}
	bare := regexp.MustCompile(`\b(?:` + strings.Join(names, "|") + `)(?:_ms)?\b`)
	texts(t, func(at token.Position, text string, _ bool) {
		if rest := mark.ReplaceAllString(text, ""); strings.Contains(rest, " ") && bare.MatchString(rest) {
			t.Errorf("%s: %q is not marked in %q", at, bare.FindString(rest), text)
		}
	})
}
