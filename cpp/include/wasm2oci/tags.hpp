/*
 * The tags of a repository, as a range that asks for one page after the other.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WASM2OCI_TAGS_HPP
#define WASM2OCI_TAGS_HPP

#include <wasm2oci/options.hpp>
#include <wasm2oci/result.hpp>

#include <cstddef>
#include <functional>
#include <iterator>
#include <string>
#include <utility>

namespace wasm2oci {

/**
 * What Client::tags returns: an input range of std::string, to be gone through once. A
 * page is requested when its first tag is needed: by begin(), or by an increment. Those
 * throw what the request ends with. It must not be moved or destroyed while an iterator
 * is in use, nor its client closed.
 */
class Tags {
 public:
  /** Requests a page. */
  using Ask = std::function<TagsResult(const TagsOptions &)>;

  /** Takes what requests a page; Client::tags does this. */
  Tags(Ask ask, TagsOptions options) : ask_(std::move(ask)), options_(std::move(options)) {}

  /** An input iterator. */
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = std::string;
    using difference_type = std::ptrdiff_t;
    using pointer = const std::string *;
    using reference = const std::string &;

    /** The end of all ranges. */
    Iterator() = default;

    /** The next tag of a range. */
    explicit Iterator(Tags *tags) : tags_(tags->reach() ? tags : nullptr) {}

    reference operator*() const { return tags_->page_.tags[tags_->at_]; }

    pointer operator->() const { return &**this; }

    Iterator &operator++() {
      ++tags_->at_;
      *this = Iterator(tags_);
      return *this;
    }

    void operator++(int) { ++*this; }

    bool operator==(const Iterator &other) const { return tags_ == other.tags_; }

    bool operator!=(const Iterator &other) const { return !(*this == other); }

   private:
    Tags *tags_ = nullptr;
  };

  /** Requests the first page, unless that was done. */
  Iterator begin() { return Iterator(this); }

  /** The end. */
  Iterator end() { return {}; }

 private:
  /** Requests pages until there is a tag; returns whether there is one. */
  bool reach() {
    while (at_ == page_.tags.size()) {
      if (ended_) {
        return false;
      }
      page_ = ask_(options_);
      at_ = 0;
      if (options_.limit.has_value()) {
        *options_.limit -= page_.tags.size();
      }
      ended_ = page_.next.empty() || options_.limit == 0;
      options_.next = page_.next;
      options_.last.reset();
      options_.sort.reset();
    }
    return true;
  }

  Ask ask_;
  TagsOptions options_;
  TagsResult page_;
  std::size_t at_ = 0;
  bool ended_ = false;
};

}  // namespace wasm2oci

#endif
