#include "storage/durable_mark.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "storage/fact_store.h"
#include "storage/file_durable_mark.h"
#include "storage/memory_kv_store.h"

namespace vangnet_testing {
namespace {

using vangnet::FileDurableMark;

constexpr std::streamoff kSecondSlot = 4096;

class FileDurableMarkTest : public testing::Test {
 protected:
  FileDurableMarkTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "vangnet-mark-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) ADD_FAILURE() << "no temporary directory";
    directory_ = pattern;
    path_ = directory_ + "/mark";
  }
  ~FileDurableMarkTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  std::unique_ptr<FileDurableMark> Open() {
    auto mark = FileDurableMark::Open(path_);
    EXPECT_TRUE(mark.ok()) << mark.status();
    return *std::move(mark);
  }
  void Damage(std::streamoff offset) {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(offset);
    const char byte = static_cast<char>(file.get() ^ 1);
    file.seekp(offset);
    file.put(byte);
  }

  std::string directory_;
  std::string path_;
};

TEST_F(FileDurableMarkTest, IsNotThereBeforeTheFirstWrite) {
  auto mark = Open();
  EXPECT_FALSE(mark->Read()->has_value());
  EXPECT_FALSE(std::filesystem::exists(path_));
  ASSERT_TRUE(mark->Write(0).ok());
  EXPECT_EQ(*mark->Read(), 0u);
  EXPECT_EQ(*Open()->Read(), 0u);
  ASSERT_TRUE(mark->Write(1).ok());
  EXPECT_EQ(*Open()->Read(), 1u);
}

TEST_F(FileDurableMarkTest, KeepsTheLastMark) {
  auto mark = Open();
  for (uint64_t sequence = 1; sequence <= 5; ++sequence) {
    ASSERT_TRUE(mark->Write(sequence).ok());
    EXPECT_EQ(*mark->Read(), sequence);
    EXPECT_EQ(*Open()->Read(), sequence);
  }
}

TEST_F(FileDurableMarkTest, KeepsItsSize) {
  auto mark = Open();
  for (uint64_t sequence = 1; sequence <= 9; ++sequence) ASSERT_TRUE(mark->Write(sequence).ok());
  EXPECT_EQ(std::filesystem::file_size(path_), 8192u);
}

// Whatever byte the power cut short, the mark before it is there, and the next writes go on from it.
TEST_F(FileDurableMarkTest, ATornWriteLeavesTheMarkBeforeIt) {
  for (std::streamoff byte = 0; byte < 20; ++byte) {
    std::filesystem::remove(path_);
    {
      auto mark = Open();
      ASSERT_TRUE(mark->Write(0).ok());  // Makes the file, with both slots.
      ASSERT_TRUE(mark->Write(7).ok());  // First slot.
      ASSERT_TRUE(mark->Write(8).ok());  // Second slot.
    }
    Damage(kSecondSlot + byte);
    auto mark = Open();
    ASSERT_EQ(*mark->Read(), 7u);
    ASSERT_TRUE(mark->Write(9).ok());
    ASSERT_EQ(*mark->Read(), 9u);
    ASSERT_TRUE(mark->Write(10).ok());
    Damage(0);
    ASSERT_EQ(*Open()->Read(), 9u) << "9 was to go into the damaged slot and 10 into the other";
  }
}

TEST_F(FileDurableMarkTest, TwoDamagedSlotsAreDataLoss) {
  { ASSERT_TRUE(Open()->Write(7).ok()); }
  Damage(9);
  Damage(kSecondSlot + 9);
  auto mark = Open();
  EXPECT_TRUE(absl::IsDataLoss(mark->Read().status()));
  ASSERT_TRUE(mark->Write(8).ok());
  EXPECT_EQ(*Open()->Read(), 8u) << "a write mends it";
}

TEST_F(FileDurableMarkTest, AnEmptyFileIsDataLoss) {
  std::ofstream(path_).close();
  EXPECT_TRUE(absl::IsDataLoss(Open()->Read().status()));
}

TEST_F(FileDurableMarkTest, ADamagedMarkIsRefusedUntilItIsAccepted) {
  vangnet::MemoryKvStore kv;
  std::ofstream(path_).close();
  auto mark = Open();
  const auto refused = vangnet::FactStore::Open(kv, *mark, {});
  EXPECT_TRUE(absl::IsFailedPrecondition(refused.status())) << refused.status();
  vangnet::FactStore::Options options;
  options.accept_without_mark = true;
  EXPECT_TRUE(vangnet::FactStore::Open(kv, *mark, options).ok());
  EXPECT_EQ(*Open()->Read(), 0u);
}

TEST_F(FileDurableMarkTest, ADirectoryThatIsNotThereIsAnError) {
  auto mark = FileDurableMark::Open(directory_ + "/none/mark");
  ASSERT_TRUE(mark.ok()) << mark.status();
  EXPECT_TRUE(absl::IsInternal((*mark)->Write(0)));
}

TEST_F(FileDurableMarkTest, AFileThatCannotBeOpenedIsAnError) {
  EXPECT_TRUE(absl::IsInternal(FileDurableMark::Open(directory_).status()));
}

}  // namespace
}  // namespace vangnet_testing
