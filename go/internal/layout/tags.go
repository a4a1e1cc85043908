package layout

// Tags returns all tags of the layout in order.
func (l Layout) Tags() ([]string, error) {
	index, err := l.readIndex()
	if err != nil {
		return nil, err
	}
	return index.tags(), nil
}
