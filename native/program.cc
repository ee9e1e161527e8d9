#include "program.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <sstream>

namespace facec {
namespace {

constexpr int kMostDims = 8;

class Reader {
 public:
  Reader(const std::string& text, int operands, Program* program) : words_(text), operands_(operands), program_(program) {}

  bool Read() {
    if (!ReadDims()) return Fail("dims");
    std::string word;
    while (words_ >> word) {
      const bool good = word == "in"         ? ReadOperand()
                        : word == "constant" ? ReadConstant()
                        : word == "do"       ? ReadOperation()
                                             : ReadResult(word);
      if (!good) return Fail(word);
    }
    if (static_cast<int>(program_->operands.size()) != operands_) return Fail("the number of operands");
    return true;
  }

  const std::string& mistake() const { return mistake_; }

 private:
  bool Fail(const std::string& where) {
    mistake_ = "FacecLoop: cannot read its program at " + where;
    return false;
  }

  bool ReadDims() {
    std::string word;
    if (!(words_ >> word) || word != "dims" || !ReadShape(&program_->dims) || program_->dims.empty()) return false;
    for (int64_t dim : program_->dims) program_->rows *= dim;
    program_->columns = program_->dims.back();
    program_->rows = program_->columns == 0 ? 0 : program_->rows / program_->columns;
    return true;
  }

  bool ReadShape(std::vector<int64_t>* shape) {
    int rank = 0;
    if (!(words_ >> rank) || rank < 0 || rank > kMostDims) return false;
    shape->resize(rank);
    for (int64_t& size : *shape) if (!(words_ >> size) || size < 0) return false;
    return true;
  }

  bool ReadOperand() {
    Operand operand;
    if (!(words_ >> operand.offset) || operand.offset < 0) return false;
    operand.strides.resize(program_->dims.size());
    for (int64_t& stride : operand.strides) if (!(words_ >> stride) || stride < 0) return false;
    if (operand.strides.back() > 1) return false;
    operand.entries = operand.offset + 1;
    int64_t walked = 1;
    operand.contiguous = true;
    bool fixed = true;
    bool column = program_->rows > 1;
    for (size_t i = program_->dims.size(); i-- > 0;) {
      const int64_t size = program_->dims[i];
      const int64_t stride = size == 1 ? 0 : operand.strides[i];
      if (size > 0) operand.entries += stride * (size - 1);
      if (size != 1 && stride != walked) operand.contiguous = false;
      if (stride != 0) fixed = false;
      if (stride != 0 && i + 1 != program_->dims.size()) column = false;
      walked *= size;
    }
    Register reg;
    reg.source = Source::kOperand;
    reg.operand = static_cast<int>(program_->operands.size());
    reg.reach = fixed ? Reach::kFixed : column ? Reach::kColumn : Reach::kEntry;
    program_->operands.push_back(operand);
    program_->registers.push_back(reg);
    return true;
  }

  bool ReadConstant() {
    std::string word;
    if (!(words_ >> word)) return false;
    Register reg;
    reg.source = Source::kConstant;
    reg.reach = Reach::kFixed;
    reg.value = static_cast<float>(std::strtod(word.c_str(), nullptr));
    program_->registers.push_back(reg);
    return true;
  }

  bool ReadOperation() {
    std::string name;
    if (!(words_ >> name)) return false;
    Register reg;
    reg.source = Source::kOperation;
    reg.reach = Reach::kFixed;
    reg.operation = OperationNamed(name.c_str());
    if (reg.operation == Operation::kCount) return false;
    for (int i = 0; i < OperandsOf(reg.operation); ++i) {
      if (!ReadRegister(&reg.args[i])) return false;
      reg.reach = std::max(reg.reach, program_->registers[reg.args[i]].reach);
      program_->registers[reg.args[i]].last_use = static_cast<int>(program_->registers.size());
    }
    for (int i = OperandsOf(reg.operation); i < 3; ++i) reg.args[i] = reg.args[0];
    program_->registers.push_back(reg);
    return true;
  }

  bool ReadResult(const std::string& word) {
    Result result;
    if (word == "map") result.kind = ResultKind::kMap;
    else if (word == "columns") result.kind = ResultKind::kColumns;
    else if (word == "total") result.kind = ResultKind::kTotal;
    else if (word == "rows") result.kind = ResultKind::kRows;
    else if (word == "moments") result.kind = ResultKind::kMoments;
    else return false;
    if (!ReadRegister(&result.reg) || !ReadShape(&result.shape)) return false;
    int64_t entries = 1;
    for (int64_t size : result.shape) entries *= size;
    if (entries != EntriesOf(result.kind)) return false;
    program_->registers[result.reg].last_use = std::numeric_limits<int>::max();
    program_->results.push_back(result);
    return true;
  }

  int64_t EntriesOf(ResultKind kind) const {
    switch (kind) {
      case ResultKind::kMap: return program_->rows * program_->columns;
      case ResultKind::kTotal: return 1;
      case ResultKind::kRows: return program_->rows;
      default: return program_->columns;
    }
  }

  bool ReadRegister(int* reg) {
    return (words_ >> *reg) && *reg >= 0 && *reg < static_cast<int>(program_->registers.size());
  }

  std::istringstream words_;
  const int operands_;
  Program* program_;
  std::string mistake_;
};

}  // namespace

bool ReadProgram(const std::string& text, int operands, Program* program, std::string* mistake) {
  Reader reader(text, operands, program);
  if (reader.Read()) return true;
  *mistake = reader.mistake();
  return false;
}

}  // namespace facec
